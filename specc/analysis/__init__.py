"""What can be said about a graph without running it: types, costs, and the facts that targets' constraints speak of."""
