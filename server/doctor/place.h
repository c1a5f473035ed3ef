// Place: the folder of a database as the operating system sees it: file system, room, permissions,
// and who has it open. LMDB is not asked.
#pragma once

#include "engine/error.h"
#include "storage/holders.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace tagline::server {

/// A file of the database.
struct PlaceFile {
  std::string name;  ///< "data.mdb"
  std::uint64_t bytes = 0;
  uid_t owner = 0;
  bool readable = false;
  bool writable = false;
};

/// A process that has the database open.
struct PlaceProcess {
  pid_t id = 0;
  std::string command;  ///< "tagline serve"; "": not to be seen from here
};

struct Place {
  std::filesystem::path folder;
  bool exists = false;
  bool is_folder = false;
  bool readable = false;  ///< may be listed and entered
  bool writable = false;  ///< files may be made in it
  uid_t owner = 0;
  uid_t user = 0;  ///< this process

  std::string file_system;  ///< "ext4"; "": not known
  std::string mount_point;
  bool mounted_read_only = false;
  std::optional<std::uint64_t> free_bytes;  ///< for this user

  std::vector<PlaceFile> files;            ///< data.mdb, lock.mdb, writer.lock; those there are
  std::optional<Error> data_fault;         ///< why data.mdb cannot be a database
  bool has_data = false;                   ///< it may be one
  std::optional<std::uint64_t> map_bytes;  ///< memory map that opening it takes
  std::chrono::system_clock::time_point written;  ///< last change of data.mdb

  storage::Holders holders;
  std::vector<PlaceProcess> processes;  ///< of holders
};

/// REQUIRES: this process does not have the database open.
[[nodiscard]] Place look_at_place(const std::filesystem::path& folder);

}  // namespace tagline::server
