#pragma once

#include <string>

#include "sim/report/json_parts.hpp"
#include "sim/report/report_schema.hpp"
#include "sim/report/svg_picture.hpp"
#include "sim/run/provenance.hpp"

namespace palimpsest {

/// The first keys of a report: `schema` and `version`.
Json report_head(const ReportSchema& schema);

/// The whole text of a report whose keys are `json`: adds `provenance` and puts `statistics` behind it. Text that is
/// not UTF-8 (a path may be anything) has its odd bytes replaced.
std::string report_text(Json json, const Provenance& provenance, Json statistics);

/// The provenance as the shortest JSON, as pictures and files of tensors carry it.
std::string provenance_text(const Provenance& provenance);

/// How the report was asked for, on one line for a shell: `palimpsest COMMAND`, the inputs, the options that are not
/// the defaults, and the overrides.
std::string command_text(const Provenance& provenance);

/// What of that is not the default, as `--age 30d --set /tile/adc/bits=6`; empty if nothing is.
std::string changes_text(const Provenance& provenance);

/// The cycles that were raised to cover the energy table's delays; empty if none were.
std::string raised_text(const ArchitectureSource& architecture);

/// A picture as SVG, with `command_text` and `raised_text` as its last lines and the provenance in JSON as its
/// metadata. `width` and `height` are those of what is drawn, pixels.
std::string svg_with_provenance(SvgPicture picture, double width, double height, const Provenance& provenance);

}  // namespace palimpsest
