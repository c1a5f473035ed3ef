// The file of LMDB's readers, lock.mdb.
#pragma once

#include "engine/result.h"

#include <cstdint>
#include <filesystem>

namespace tagline::storage {

/// Makes lock.mdb where it is not there, and gives all of it blocks of the disk. LMDB maps it and
/// has it grow without any: on a full disk the first touch of the map would end the process.
/// `bytes` is at least what LMDB wants it to have.
///
/// DiskFull. Where it may not be written nothing is done: LMDB says so. The process has no
/// environment open in this folder yet: closing the file lets go of locks on it.
/// Cost: a stat when the file has its blocks.
[[nodiscard]] Status reserve_reader_file(const std::filesystem::path& folder, std::uint64_t bytes);

}  // namespace tagline::storage
