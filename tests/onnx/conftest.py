"""Says at the end what share of ONNX's own tests passed."""

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Count ONNX's tests among those that ran."""
    counts = {
        outcome: sum("::OnnxBackend" in report.nodeid for report in terminalreporter.stats.get(outcome, []))
        for outcome in ("passed", "failed")
    }
    ran = sum(counts.values())
    if ran:
        terminalreporter.write_line(f"ONNX's own tests of the operators claimed: {counts['passed']} of {ran} pass")
