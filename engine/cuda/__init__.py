"""CUDA devices: whether there is one, its streams and its memory. Kernels are in engine/kernels/cuda."""
