#include "server/doctor/place.h"

#include "storage/data_file.h"

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <linux/magic.h>
#include <sstream>
#include <string_view>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <system_error>
#include <unistd.h>

namespace tagline::server {
namespace {

bool may(const std::filesystem::path& path, int what) {
  return faccessat(AT_FDCWD, path.c_str(), what, AT_EACCESS) == 0;
}

/// \040 and the like, as /proc writes blanks.
std::string unescaped(const std::string& text) {
  constexpr std::size_t kDigits = 3;
  constexpr unsigned kOctal = 8;
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '\\' && i + kDigits < text.size() &&
                        text.find_first_not_of("01234567", i + 1) > i + kDigits;
    if (!escape) {
      plain += text[i];
      continue;
    }
    unsigned code = 0;
    for (std::size_t digit = 1; digit <= kDigits; ++digit) {
      code = code * kOctal + static_cast<unsigned>(text[i + digit] - '0');
    }
    plain += static_cast<char>(code);
    i += kDigits;
  }
  return plain;
}

bool lies_in(const std::string& path, const std::string& folder) {
  return folder == "/" || path == folder ||
         (path.rfind(folder, 0) == 0 && path.size() > folder.size() && path[folder.size()] == '/');
}

/// From /proc/self/mountinfo: "36 35 98:0 /root /mount/point options ... - ext4 source ...". The
/// last of those with the longest path counts: mounts may lie over each other.
void read_mount(Place& place) {
  std::error_code unknown;
  const std::string path = std::filesystem::canonical(place.folder, unknown).string();
  std::ifstream file("/proc/self/mountinfo");
  for (std::string line; std::getline(file, line) && !unknown;) {
    std::istringstream fields(line);
    std::string skipped;
    std::string point;
    for (int i = 0; i < 4; ++i) {
      fields >> skipped;
    }
    fields >> point;
    point = unescaped(point);
    const std::size_t behind = line.find(" - ");
    if (behind == std::string::npos || !lies_in(path, point) ||
        point.size() < place.mount_point.size()) {
      continue;
    }
    constexpr std::size_t kDash = 3;
    std::istringstream kind(line.substr(behind + kDash));
    kind >> place.file_system;
    place.mount_point = point;
  }
}

/// By its number, where no mount is to be seen that the folder lies in (below a chroot). Names as
/// mounts have them.
std::string file_system_of(const std::filesystem::path& folder) {
  struct Numbered {
    std::uint64_t number;
    const char* name;
  };
  // 0xFF534D42 and 0xFE534D42 are of cifs and smb3; xfs and ceph are not in linux/magic.h either.
  constexpr std::array<Numbered, 13> kNumbers = {{{EXT4_SUPER_MAGIC, "ext4"},
                                                  {0x58465342, "xfs"},
                                                  {BTRFS_SUPER_MAGIC, "btrfs"},
                                                  {OVERLAYFS_SUPER_MAGIC, "overlay"},
                                                  {TMPFS_MAGIC, "tmpfs"},
                                                  {RAMFS_MAGIC, "ramfs"},
                                                  {NFS_SUPER_MAGIC, "nfs"},
                                                  {0xFF534D42, "cifs"},
                                                  {0xFE534D42, "smb3"},
                                                  {V9FS_MAGIC, "9p"},
                                                  {0x00C36400, "ceph"},
                                                  {FUSE_SUPER_MAGIC, "fuse"},
                                                  {MSDOS_SUPER_MAGIC, "vfat"}}};
  struct statfs facts {};
  if (statfs(folder.c_str(), &facts) != 0) {
    return "";
  }
  // The kernel's numbers have 32 bits, whatever the field has.
  const auto number = static_cast<std::uint32_t>(facts.f_type);
  const auto* known = std::find_if(kNumbers.begin(), kNumbers.end(),
                                   [&](const Numbered& each) { return each.number == number; });
  return known == kNumbers.end() ? "" : known->name;
}

void read_room(Place& place) {
  struct statvfs room {};
  if (statvfs(place.folder.c_str(), &room) == 0) {
    place.free_bytes = std::uint64_t{room.f_bavail} * room.f_frsize;
    place.mounted_read_only = (room.f_flag & ST_RDONLY) != 0;
  }
}

void read_files(Place& place) {
  for (const char* name : {"data.mdb", "lock.mdb", "writer.lock"}) {
    const auto path = place.folder / name;
    struct stat facts {};
    if (stat(path.c_str(), &facts) != 0) {
      continue;
    }
    place.files.push_back({name, static_cast<std::uint64_t>(facts.st_size), facts.st_uid,
                           may(path, R_OK), may(path, W_OK)});
    if (place.files.back().name == "data.mdb") {
      place.written = std::chrono::system_clock::from_time_t(facts.st_mtime);
    }
  }
  const auto data = place.folder / "data.mdb";
  const auto looked = storage::inspect_data_file(data);
  if (!looked.has_value()) {
    place.data_fault = looked.error();
    return;
  }
  place.has_data = *looked == storage::DataFile::Lmdb;
  place.map_bytes = storage::map_bytes_of(data);
}

/// Program and first word of a command line; which database it has is known.
std::string command_of(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/cmdline", std::ios::binary);
  std::string program;
  std::string word;
  if (!std::getline(file, program, '\0')) {
    return "";
  }
  std::getline(file, word, '\0');
  return std::filesystem::path(program).filename().string() + (word.empty() ? "" : " " + word);
}

void read_processes(Place& place) {
  place.holders = storage::holders_of(place.folder);
  std::vector<pid_t> ids = place.holders.readers;
  if (place.holders.written_by.has_value()) {
    ids.push_back(*place.holders.written_by);
  }
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  std::transform(ids.begin(), ids.end(), std::back_inserter(place.processes), [](pid_t id) {
    return PlaceProcess{id, command_of(id)};
  });
}

}  // namespace

Place look_at_place(const std::filesystem::path& folder) {
  Place place;
  place.folder = folder;
  place.user = geteuid();
  struct stat facts {};
  if (stat(folder.c_str(), &facts) != 0) {
    return place;
  }
  place.exists = true;
  place.is_folder = S_ISDIR(facts.st_mode);
  place.owner = facts.st_uid;
  if (!place.is_folder) {
    return place;
  }
  place.readable = may(folder, R_OK | X_OK);
  place.writable = may(folder, W_OK | X_OK);
  read_mount(place);
  if (place.file_system.empty()) {
    place.file_system = file_system_of(folder);
  }
  read_room(place);
  if (place.readable) {
    read_files(place);
    read_processes(place);
  }
  return place;
}

}  // namespace tagline::server
