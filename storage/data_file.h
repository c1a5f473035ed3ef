// data_file: a look at data.mdb before LMDB maps it. LMDB believes its two head pages, and a
// process that touches a mapped page behind the end of the file is killed; so what can be checked
// cheaply is checked here.
#pragma once

#include "engine/result.h"

#include <cstdint>
#include <filesystem>
#include <optional>

namespace tagline::storage {

enum class DataFile : std::uint8_t {
  Absent,
  Empty,  ///< no byte in it: whoever made it was killed at once
  Lmdb,   ///< plausible head pages; the newest state's root pages lie inside the file
};

/// WrongFormat when it is something else, with what it starts with. Corrupt when it was cut short.
[[nodiscard]] Result<DataFile> inspect_data_file(const std::filesystem::path& path);

/// The memory map its newest head page asks for; nothing when it is no such file.
[[nodiscard]] std::optional<std::uint64_t> map_bytes_of(const std::filesystem::path& path);

}  // namespace tagline::storage
