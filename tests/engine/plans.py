"""Lets the cpu kernels forget which ways of convolving they have chosen, for tests that change the rules."""

from engine.kernels import plan


def forget_plans() -> None:
    """Let every convolution choose its way anew."""
    for kept in (plan.tiling_of, plan.together_plan, plan.forward_ways, plan.backward_ways):
        kept.cache_clear()
