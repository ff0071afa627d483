"""Benchmarks: the engine and PyTorch side by side in one run; never run as tests."""
