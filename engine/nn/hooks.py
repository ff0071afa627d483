"""Hooks of modules: functions called before forward, after it, and when backward has passed the module."""

from collections import OrderedDict
from functools import cached_property
from typing import Any

from engine.nn.backward_hooks import BackwardWatch, Hook
from engine.tensor import RemovableHandle


class Hooks:
    """The hooks of one module, in the order they are called in."""

    def __init__(self) -> None:
        self._before: OrderedDict[int, Hook] = OrderedDict()
        self._after: OrderedDict[int, Hook] = OrderedDict()
        self._backward: OrderedDict[int, Hook] = OrderedDict()

    def add_before(self, hook: Hook, prepend: bool, with_kwargs: bool) -> RemovableHandle:
        """Call ``hook(module, args)`` before forward."""

        def without_kwargs(module: Any, args: Any, kwargs: Any) -> Any:
            result = hook(module, args)
            return None if result is None else (result if isinstance(result, tuple) else (result,), kwargs)

        return _add(self._before, hook if with_kwargs else without_kwargs, prepend)

    def add_after(self, hook: Hook, prepend: bool, with_kwargs: bool) -> RemovableHandle:
        """Call ``hook(module, args, output)`` after forward."""

        def without_kwargs(module: Any, args: Any, kwargs: Any, output: Any) -> Any:
            return hook(module, args, output)

        return _add(self._after, hook if with_kwargs else without_kwargs, prepend)

    def add_backward(self, hook: Hook, prepend: bool) -> RemovableHandle:
        """Call ``hook(module, grad_input, grad_output)`` when both are known."""
        return _add(self._backward, hook, prepend)

    def call(self, module: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Run the module's forward and its hooks."""
        for hook in list(self._before.values()):
            changed = hook(module, args, kwargs)
            if changed is not None:
                args, kwargs = changed
        watch = BackwardWatch(module, list(self._backward.values())) if self._backward else None
        if watch is not None:
            args = watch.enter(args)
        output = module.forward(*args, **kwargs)
        for hook in list(self._after.values()):
            changed = hook(module, args, kwargs, output)
            if changed is not None:
                output = changed
        return output if watch is None else watch.leave(output)


def _add(hooks: OrderedDict[int, Hook], hook: Hook, prepend: bool) -> RemovableHandle:
    handle = RemovableHandle(hooks, hook)
    if prepend:
        hooks.move_to_end(next(reversed(hooks)), last=False)
    return handle


class Hooked:
    """The part of Module that is called."""

    # Made when first asked for, so that an __init__ need not call super().__init__().
    @cached_property
    def _hooks(self) -> Hooks:
        return Hooks()

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the output; every module defines its own."""
        raise NotImplementedError(f"{type(self).__name__} does not define forward(self, ...)")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run :meth:`forward`, and the hooks around it."""
        if "_hooks" not in vars(self):
            return self.forward(*args, **kwargs)
        return self._hooks.call(self, args, kwargs)

    def register_forward_pre_hook(
        self, hook: Hook, *, prepend: bool = False, with_kwargs: bool = False
    ) -> RemovableHandle:
        """Call ``hook(module, args)`` before each :meth:`forward`.

        Parameters
        ----------
        hook : callable
            Returns None, or other arguments (a tuple, or a single one).
        prepend : bool
            Whether it comes before the hooks there are.
        with_kwargs : bool
            Call ``hook(module, args, kwargs)`` instead; it returns None or (args, kwargs).

        Returns
        -------
        RemovableHandle
            ``handle.remove()`` ends it.
        """
        return self._hooks.add_before(hook, prepend, with_kwargs)

    def register_forward_hook(self, hook: Hook, *, prepend: bool = False, with_kwargs: bool = False) -> RemovableHandle:
        """Call ``hook(module, args, output)`` after each :meth:`forward`.

        Parameters
        ----------
        hook : callable
            Returns None, or another output.
        prepend : bool
            Whether it comes before the hooks there are.
        with_kwargs : bool
            Call ``hook(module, args, kwargs, output)`` instead.

        Returns
        -------
        RemovableHandle
            ``handle.remove()`` ends it.

        Examples
        --------
        >>> import engine
        >>> layer = engine.nn.ReLU()
        >>> with layer.register_forward_hook(lambda module, args, output: print(args, "->", output)):
        ...     _ = layer(engine.tensor([-1.0, 1.0]))
        (tensor([-1.,  1.]),) -> tensor([0., 1.])
        """
        return self._hooks.add_after(hook, prepend, with_kwargs)

    def register_full_backward_hook(self, hook: Hook, prepend: bool = False) -> RemovableHandle:
        """Call ``hook(module, grad_input, grad_output)`` whenever backward has passed the module.

        Parameters
        ----------
        hook : callable
            Told the gradients of all positional inputs and of all outputs, as two tuples with None for
            what is no tensor. Returns None, or what to use as `grad_input`.
        prepend : bool
            Whether it comes before the hooks there are.

        Returns
        -------
        RemovableHandle
            ``handle.remove()`` ends it.

        Notes
        -----
        If no input needs a gradient, the hook is called once the gradients of the outputs are known.
        """
        return self._hooks.add_backward(hook, prepend)
