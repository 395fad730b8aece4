#include "sim/trace/adapter_reader.hpp"

#include <utility>

namespace palimpsest {

namespace {

/// The product of the layer that adapters call `layer`.
const ArrayProduct& product_of(const Network& network, const std::string& layer, const JsonReader& reader) {
  const ArrayProduct* found = nullptr;
  for (const auto& operation : network.operations()) {
    const ArrayProduct* product = operation->array_product();
    if (product == nullptr || product->layer != layer) continue;
    if (found != nullptr && (found->inputs != product->inputs || found->outputs != product->outputs))
      reader.fail("layers", "expected a layer whose operations have weights of one shape, got " + layer);
    if (product->groups > 1) reader.fail("layers", "expected a layer without groups, got " + layer);
    found = product;
  }
  if (found != nullptr) return *found;
  reader.fail("layers", "expected the name of a layer with weights in the arrays, got " + layer);
}

/// The low-rank pair of one layer, its tensors named after the adapter.
LowRankPair read_pair(const JsonReader& reader, const std::string& adapter, const std::string& layer,
                      std::uint32_t rank, float scale, const Network& network, Safetensors& tensors) {
  const ArrayProduct& product = product_of(network, layer, reader);
  const std::string tensor = std::string("adapters/").append(adapter).append("/").append(layer);
  return {tensors.matrix(tensor + "/lora_A", rank, product.inputs),
          tensors.matrix(tensor + "/lora_B", product.outputs, rank), scale};
}

std::uint32_t read_rank(JsonReader& reader) { return reader.integer<std::uint32_t>("rank", 1, largest_extent); }

/// As version 1 has it: one rank and one alpha, scale alpha / rank, and a list of layers.
void read_alike_layers(JsonReader& reader, Adapter& adapter, const Network& network, Safetensors& tensors) {
  const std::uint32_t rank = read_rank(reader);
  const auto scale = static_cast<float>(reader.number("alpha", 1e-6, 1e6) / rank);
  for (const std::string& layer : reader.texts("layers")) {
    LowRankPair pair = read_pair(reader, adapter.name, layer, rank, scale, network, tensors);
    if (!adapter.layers.emplace(layer, std::move(pair)).second)
      reader.fail("layers", "expected each layer once, got " + layer + " again");
  }
}

void read_layers(JsonReader& reader, Adapter& adapter, const Network& network, Safetensors& tensors) {
  JsonReader layers = reader.object("layers");
  for (const std::string& layer : layers.keys()) {
    JsonReader of_layer = layers.object(layer);
    const std::uint32_t rank = read_rank(of_layer);
    const auto scale = static_cast<float>(of_layer.number("scale", -1e6, 1e6));
    if (scale == 0.0F) of_layer.fail("scale", "expected a scale other than 0");
    adapter.layers.emplace(layer, read_pair(reader, adapter.name, layer, rank, scale, network, tensors));
    of_layer.finish();
  }
}

}  // namespace

Adapter read_adapter(JsonReader reader, const std::string& name, const Network& network, Safetensors& tensors,
                     std::uint32_t version) {
  Adapter adapter;
  adapter.name = name;
  if (version == 1) {
    read_alike_layers(reader, adapter, network, tensors);
  } else {
    read_layers(reader, adapter, network, tensors);
  }
  if (adapter.layers.empty()) reader.fail("layers", "expected at least one layer");
  reader.finish();
  return adapter;
}

}  // namespace palimpsest
