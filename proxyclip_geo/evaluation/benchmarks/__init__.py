"""Published benchmarks: their sets and protocols as data, samples, truth and scores."""
