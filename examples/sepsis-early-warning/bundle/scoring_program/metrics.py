"""The three scores, and the curves of the report. Labels are 0 or 1; risks are from 0 to 1."""

from __future__ import annotations


def auroc(risks: list[float], labels: list[int]) -> float:
    """Area under the ROC curve: the chance that a septic patient has the higher risk; a tie counts half.

    Computed from ranks (the Mann-Whitney statistic), with the mean rank for ties.
    """
    order = sorted(range(len(risks)), key=lambda index: risks[index])
    rank_sum = 0.0
    start = 0
    while start < len(order):
        end = start
        while end < len(order) and risks[order[end]] == risks[order[start]]:
            end += 1
        mean_rank = (start + 1 + end) / 2
        rank_sum += mean_rank * sum(labels[index] for index in order[start:end])
        start = end
    positives = sum(labels)
    negatives = len(labels) - positives
    return (rank_sum - positives * (positives + 1) / 2) / (positives * negatives)


def sensitivity_at_specificity(risks: list[float], labels: list[int], specificity: float) -> float:
    """The largest share of septic patients found by an alarm threshold with at least this specificity."""
    most_false_alarms = 1 - specificity + 1e-12  # 1 - 0.9 is a little less than 0.1 in floating point
    return max(true_rate for false_rate, true_rate in roc_points(risks, labels) if false_rate <= most_false_alarms)


def brier_score(risks: list[float], labels: list[int]) -> float:
    """Mean squared distance between the risk and what happened: 0 is perfect."""
    return sum((risk - label) ** 2 for risk, label in zip(risks, labels)) / len(risks)


def roc_points(risks: list[float], labels: list[int]) -> list[tuple[float, float]]:
    """(1 - specificity, sensitivity) at every threshold, from no alarm at all to an alarm for everyone."""
    positives = sum(labels)
    negatives = len(labels) - positives
    points = [(0.0, 0.0)]
    true_alarms = false_alarms = 0
    ranked = sorted(zip(risks, labels), reverse=True)
    for position, (risk, label) in enumerate(ranked):
        true_alarms += label
        false_alarms += 1 - label
        if position + 1 == len(ranked) or ranked[position + 1][0] != risk:
            points.append((false_alarms / negatives, true_alarms / positives))
    return points


def calibration_bins(risks: list[float], labels: list[int], bins: int) -> list[tuple[int, float, float]]:
    """For equally wide bins of risk: (patients, mean risk, share with sepsis), without the empty ones."""
    members: list[list[int]] = [[] for _ in range(bins)]
    for index, risk in enumerate(risks):
        members[min(bins - 1, int(risk * bins))].append(index)
    return [
        (len(group), sum(risks[i] for i in group) / len(group), sum(labels[i] for i in group) / len(group))
        for group in members
        if group
    ]
