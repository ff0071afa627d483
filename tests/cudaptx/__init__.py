"""Every CUDA kernel compiled for several cards, where the toolkit is installed and no card need be."""
