"""Tests of the CUDA target on a real card; skipped, and said so, where there is none."""
