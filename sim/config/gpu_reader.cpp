#include "sim/config/gpu_reader.hpp"

#include "sim/config/quantity.hpp"

namespace palimpsest {

GpuConfig read_gpu(JsonReader reader) {
  GpuConfig gpu;
  reader.schema("palimpsest.gpu", 1);
  gpu.name = reader.text("name");
  gpu.clock_hz = read_quantity(reader, "clock", frequency_units(), 1.0, 1e11);
  gpu.peak_macs_per_second = read_quantity(reader, "peak_macs", multiply_accumulate_units(), 1.0, 1e18);
  gpu.memory_bytes_per_second = read_quantity(reader, "memory_bandwidth", bandwidth_units(), 1.0, 1e15);
  gpu.board_power_watt = read_quantity(reader, "board_power", power_units(), 0.0, 1e5);
  gpu.idle_power_watt = read_quantity(reader, "idle_power", power_units(), 0.0, 1e5);
  gpu.launch_overhead_s = read_quantity(reader, "launch_overhead", time_units(), 0.0, 1.0);
  gpu.bytes_per_value = reader.integer<std::uint32_t>("bytes_per_value", 1, 8);
  gpu.inference_batch = reader.integer<std::uint32_t>("inference_batch", 1, 65536);
  reader.finish();
  if (gpu.idle_power_watt > gpu.board_power_watt)
    reader.fail({"idle_power", "board_power"}, "expected at most the power at full load, /board_power");
  return gpu;
}

}  // namespace palimpsest
