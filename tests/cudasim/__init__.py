"""Tests of the CUDA target on Numba's simulator: `make test` runs them in a process of their own."""
