"""The detailed results: one HTML page with two plots, no script, nothing loaded from anywhere.

The page is made so that a reviewer can release it: it shows groups, never a patient. The ROC curve is drawn at
21 fixed places instead of at each patient's threshold, and a calibration bin of fewer than ten patients is left out.
"""

from __future__ import annotations

from metrics import calibration_bins, roc_points

ROC_STEPS = 20
CALIBRATION_BINS = 5
SMALLEST_GROUP = 10

SIZE = 260  # of a plot's square, in SVG units
LEFT, TOP = 46, 12

INK, GRID, TRACE = "#1d2733", "#d5dce3", "#0b6e75"


def render_report(risks: list[float], labels: list[int], scores: dict[str, float]) -> str:
    """The whole page as text."""
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Sepsis early warning: detailed results</title>
<style>
body {{ font: 15px/1.5 system-ui, sans-serif; color: {INK}; background: #fff; margin: 1.5rem; max-width: 46rem; }}
h1 {{ font-size: 1.25rem; }} h2 {{ font-size: 1rem; margin-bottom: .25rem; }}
table {{ border-collapse: collapse; }} th, td {{ padding: .2rem 1.5rem .2rem 0; text-align: left; }}
td {{ font-variant-numeric: tabular-nums; }} svg {{ width: 100%; max-width: 22rem; height: auto; }}
.plots {{ display: flex; flex-wrap: wrap; gap: 1.5rem; }} figure {{ margin: 0; flex: 1 1 18rem; }}
</style>
</head>
<body>
<h1>Detailed results</h1>
<table>
<tr><th scope="row">Patients</th><td>{len(risks)}</td></tr>
<tr><th scope="row">AUROC</th><td>{scores["auroc"]:.3f}</td></tr>
<tr><th scope="row">Sensitivity at 90 % specificity</th><td>{scores["sensitivity"]:.3f}</td></tr>
<tr><th scope="row">Brier score</th><td>{scores["brier"]:.3f}</td></tr>
</table>
<div class="plots">
<figure><h2>ROC curve</h2>{roc_plot(risks, labels)}</figure>
<figure><h2>Calibration</h2>{calibration_plot(risks, labels)}</figure>
</div>
<p>The plots show groups of patients only. Calibration groups of fewer than {SMALLEST_GROUP} patients are left out.</p>
</body>
</html>
"""


def roc_plot(risks: list[float], labels: list[int]) -> str:
    """Sensitivity over 1 - specificity, at fixed places."""
    points = roc_points(risks, labels)
    curve = []
    for step in range(ROC_STEPS + 1):
        limit = step / ROC_STEPS
        curve.append((limit, max(true_rate for false_rate, true_rate in points if false_rate <= limit)))
    line = " ".join(place(x, y) for x, y in curve)
    trace = f'<polyline points="{line}" fill="none" stroke="{TRACE}" stroke-width="2.5" stroke-linejoin="round"/>'
    return frame("ROC curve", "1 - specificity", "sensitivity", trace)


def calibration_plot(risks: list[float], labels: list[int]) -> str:
    """Share with sepsis over mean risk, for groups that are large enough."""
    groups = [
        (risk, share)
        for size, risk, share in calibration_bins(risks, labels, CALIBRATION_BINS)
        if size >= SMALLEST_GROUP
    ]
    line = " ".join(place(x, y) for x, y in groups)
    dots = "".join(dot(x, y) for x, y in groups)
    trace = f'<polyline points="{line}" fill="none" stroke="{TRACE}" stroke-width="2"/>{dots}'
    return frame("Calibration", "predicted risk", "share with sepsis", trace)


def frame(title: str, x_title: str, y_title: str, content: str) -> str:
    """Axes from 0 to 1 with a grid and the diagonal, around a plot's content."""
    parts = []
    for tick in range(0, 6):
        value = tick / 5
        x, y = LEFT + value * SIZE, TOP + (1 - value) * SIZE
        parts.append(f'<path d="M{x:.0f} {TOP}V{TOP + SIZE}M{LEFT} {y:.0f}H{LEFT + SIZE}" stroke="{GRID}"/>')
        parts.append(f'<text x="{x:.0f}" y="{TOP + SIZE + 18}" text-anchor="middle">{value:.1f}</text>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.0f}" text-anchor="end">{value:.1f}</text>')
    middle = TOP + SIZE / 2
    return (
        f'<svg viewBox="0 0 {LEFT + SIZE + 16} {TOP + SIZE + 46}" role="img" aria-label="{title}" '
        f'font-family="system-ui, sans-serif" font-size="12" fill="{INK}">{"".join(parts)}'
        f'<path d="M{LEFT} {TOP + SIZE}L{LEFT + SIZE} {TOP}" stroke="{INK}" stroke-dasharray="4 4" opacity=".5"/>'
        f'{content}<text x="{LEFT + SIZE / 2:.0f}" y="{TOP + SIZE + 38}" text-anchor="middle">{x_title}</text>'
        f'<text transform="translate(12 {middle:.0f}) rotate(-90)" text-anchor="middle">{y_title}</text></svg>'
    )


def place(x: float, y: float) -> str:
    """A point of the unit square in the plot's coordinates."""
    return f"{LEFT + x * SIZE:.1f},{TOP + (1 - y) * SIZE:.1f}"


def dot(x: float, y: float) -> str:
    """A marker at a point of the unit square."""
    return f'<circle cx="{LEFT + x * SIZE:.1f}" cy="{TOP + (1 - y) * SIZE:.1f}" r="4.5" fill="{TRACE}"/>'
