#pragma once

namespace palimpsest {

/// The wires of one direction, microsiemens. A node of the network lies at every cell, and one at the wire's end, where
/// it is driven or sensed.
struct Wire {
  bool ideal;      ///< all its cells share one node
  double segment;  ///< between neighbouring cells; unused where ideal
  double lead;     ///< between the end and the first cell; 0: they are one node
};

/// Resistances in ohm, each >= 0: of a segment, of which there is one before the first cell too, and of what drives or
/// senses the end.
Wire wire_of(double segment_ohm, double end_ohm);

}  // namespace palimpsest
