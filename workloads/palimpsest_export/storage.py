"""Which values of a graph share memory, so that += on one changes the others."""


class Storage:
    """Memory that nodes share; a node is its tensor as it lies in memory or that tensor's transpose."""

    def __init__(self):
        self._place = {}
        self._stale = set()

    def add(self, node):
        """A node with memory of its own."""
        self._place[node] = (node, False)

    def share(self, node, source, transposed=False):
        """A node that is `source`, or its transpose, in the same memory."""
        owner, turned = self._place[source]
        self._place[node] = (owner, turned != transposed)

    def overwrite(self, node, target):
        """`node` is `target` after a change in place; returns all nodes that are the same tensor.

        Nodes that are its transpose become stale: what they hold now is no value of the graph.
        """
        self.share(node, target)
        place = self._place[node]
        for other, (owner, turned) in self._place.items():
            if owner is place[0] and turned != place[1]:
                self._stale.add(other)
        return [other for other, where in self._place.items() if where == place]

    def is_stale(self, node):
        """Whether the node's memory was changed through its transpose."""
        return node in self._stale
