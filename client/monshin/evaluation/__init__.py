"""How well a judge judges labelled claims: metrics with intervals, plots, a report."""
