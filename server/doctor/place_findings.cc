#include "server/doctor/findings.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <string_view>

namespace tagline::server {
namespace {

constexpr std::uint64_t kMib = std::uint64_t{1} << 20U;

Finding folder(const Place& place) {
  Finding finding{"folder", {"folder", "目录"}, Mark::Fine, {}, {}, {}, {}};
  const std::string path = place.folder.string();
  finding.found = {path, path};
  if (place.is_folder && place.readable) {
    return finding;
  }
  finding.mark = Mark::Fault;
  finding.expected = {"the folder of a database, which this user may read",
                      "数据库所在目录，且当前用户可读"};
  if (!place.exists) {
    finding.found = {path + " is not there, or may not be seen", path + " 不存在或无权查看"};
    finding.advice = {"check the path, or make a database: tagline load --db " + path + " FILE",
                      "请检查路径，或新建数据库：tagline load --db " + path + " 文件"};
  } else if (!place.is_folder) {
    finding.found = {path + " is a file", path + " 是一个文件"};
    finding.advice = {"name the folder that data.mdb lies in", "请写 data.mdb 所在的目录"};
  } else {
    finding.found = {path + " may not be read", path + " 不可读"};
    finding.advice = {"run it as the folder's owner", "请以该目录的所有者身份运行"};
  }
  return finding;
}

enum class Kind : std::uint8_t { Local, Network, Layered, Memory, Limited };

struct Known {
  std::string_view name;
  Kind kind;
};
// All others are taken for file systems of a local disk.
constexpr std::array<Known, 24> kFileSystems = {{
    {"nfs", Kind::Network},       {"nfs4", Kind::Network},     {"cifs", Kind::Network},
    {"smb3", Kind::Network},      {"smbfs", Kind::Network},    {"9p", Kind::Network},
    {"virtiofs", Kind::Network},  {"ceph", Kind::Network},     {"afs", Kind::Network},
    {"glusterfs", Kind::Network}, {"lustre", Kind::Network},   {"beegfs", Kind::Network},
    {"gpfs", Kind::Network},      {"ocfs2", Kind::Network},    {"gfs2", Kind::Network},
    {"overlay", Kind::Layered},   {"aufs", Kind::Layered},     {"fuse", Kind::Layered},
    {"fuseblk", Kind::Layered},   {"ecryptfs", Kind::Layered}, {"tmpfs", Kind::Memory},
    {"ramfs", Kind::Memory},      {"vfat", Kind::Limited},     {"msdos", Kind::Limited},
}};

Kind kind_of(const std::string& file_system) {
  // fuse.sshfs and its like
  const std::string_view name =
      std::string_view(file_system).substr(0, file_system.rfind("fuse.", 0) == 0 ? 4 : 64);
  const auto* known = std::find_if(kFileSystems.begin(), kFileSystems.end(),
                                   [&](const Known& each) { return each.name == name; });
  return known == kFileSystems.end() ? Kind::Local : known->kind;
}

Finding file_system(const Place& place) {
  Finding finding{"file-system", {"file system", "文件系统"}, Mark::Fine, {}, {}, {}, {}};
  if (place.file_system.empty()) {
    finding.found = {"not known", "未知"};
    return finding;
  }
  finding.found = {place.file_system, place.file_system};
  if (!place.mount_point.empty()) {
    finding.found.en += " on " + place.mount_point;
    finding.found.zh += "，挂载于 " + place.mount_point;
  }
  const Kind kind = kind_of(place.file_system);
  if (kind == Kind::Local) {
    return finding;
  }
  finding.mark = Mark::Warning;
  finding.expected = {"a local disk's, such as ext4 or xfs", "本地磁盘的文件系统，例如 ext4、xfs"};
  switch (kind) {
    case Kind::Network:
      finding.advice = {
          "move the database to a local disk: locks and memory maps of several machines do not "
          "see each other there, and a lost connection ends the process; backups may lie there",
          "请把数据库移到本地磁盘：在网络文件系统上，多台机器的锁与内存映射互不可见，连接中断会使"
          "进程终止；备份可以放在其中"};
      break;
    case Kind::Layered:
      finding.advice = {
          "put the database on a volume of its own: on such a file system the first write copies "
          "the whole file, or memory maps are slow, and a container's own layer goes with it",
          "请把数据库放在独立的卷上：这类文件系统首次写入会复制整个文件，或内存映射较慢；容器自身的"
          "层"
          "会随容器消失"};
      break;
    case Kind::Memory:
      finding.advice = {
          "for keeps, put the database on a disk: this one is memory, and gone "
          "after a restart",
          "如需长期保存，请放在磁盘上：该文件系统位于内存，重启后即消失"};
      break;
    case Kind::Limited:
    case Kind::Local:
      finding.advice = {"put the database elsewhere: files end at 4 GiB here",
                        "请换一个位置：该文件系统的文件不能超过 4 GiB"};
      break;
  }
  return finding;
}

std::uint64_t data_bytes(const Place& place) {
  const auto data = std::find_if(place.files.begin(), place.files.end(),
                                 [](const PlaceFile& file) { return file.name == "data.mdb"; });
  return data == place.files.end() ? 0 : data->bytes;
}

Finding free_space(const Place& place) {
  // Below the first, not even a small load has room.
  constexpr std::uint64_t kLeast = 16 * kMib;
  constexpr std::uint64_t kSpare = 64 * kMib;
  Finding finding{"free-space", {"free space", "剩余空间"}, Mark::Fine, {}, {}, {}, {}};
  if (!place.free_bytes.has_value()) {
    finding.found = {"not known", "未知"};
    return finding;
  }
  const std::uint64_t size = data_bytes(place);
  const std::uint64_t wanted = size + kSpare;
  finding.found = {size_text(*place.free_bytes) + ", beside a database of " + size_text(size),
                   size_text(*place.free_bytes) + "，数据库大小为 " + size_text(size)};
  finding.figures = {{"free_bytes", *place.free_bytes}, {"data_bytes", size}};
  if (*place.free_bytes < wanted) {
    finding.mark = *place.free_bytes < kLeast ? Mark::Fault : Mark::Warning;
    finding.expected = {size_text(wanted) +
                            ": a load that changes all users needs about as much "
                            "again, and so does a backup",
                        size_text(wanted) + "：更新全部用户的导入约需同样大小的空间，备份也是"};
    finding.advice = {"free some space, or move the folder while nobody has it open",
                      "请腾出空间，或在无人使用时把目录移到别处"};
  }
  return finding;
}

std::string listed(const std::vector<PlaceFile>& files, bool (*chosen)(const PlaceFile&)) {
  std::string names;
  for (const PlaceFile& file : files) {
    if (chosen(file)) {
      names += (names.empty() ? "" : ", ") + file.name;
    }
  }
  return names;
}

Finding permission(const Place& place) {
  Finding finding{"permission", {"permissions", "权限"}, Mark::Fine, {}, {}, {}, {}};
  const std::string unreadable =
      listed(place.files, [](const PlaceFile& file) { return !file.readable; });
  const std::string unwritable =
      listed(place.files, [](const PlaceFile& file) { return !file.writable; });
  const Text kOwner{"run it as the folder's owner (user " + std::to_string(place.owner) +
                        "), or give the files to one user: chown -R",
                    "请以目录所有者（用户 " + std::to_string(place.owner) +
                        "）的身份运行，或用 chown -R 把文件归属同一用户"};
  if (!unreadable.empty()) {
    finding.mark = Mark::Fault;
    finding.found = {"user " + std::to_string(place.user) + " may not read " + unreadable,
                     "用户 " + std::to_string(place.user) + " 无权读取 " + unreadable};
    finding.expected = {"files that may be read", "可读的文件"};
    finding.advice = kOwner;
  } else if (place.mounted_read_only) {
    finding.mark = Mark::Warning;
    finding.found = {"mounted read-only: queries only", "以只读方式挂载：只能查询"};
    finding.expected = {"a folder that may be written, where data is to be loaded",
                        "如需导入数据，目录应可写"};
    finding.advice = {"serve it with --read-only, or mount it for writing",
                      "请以 --read-only 提供服务，或以可写方式挂载"};
  } else if (!place.writable || !unwritable.empty()) {
    finding.mark = Mark::Warning;
    const std::string what = place.writable ? unwritable : place.folder.string();
    finding.found = {
        "user " + std::to_string(place.user) + " may not write " + what + ": queries only",
        "用户 " + std::to_string(place.user) + " 无权写入 " + what + "：只能查询"};
    finding.expected = {"a folder that may be written, where data is to be loaded",
                        "如需导入数据，目录应可写"};
    finding.advice = kOwner;
  } else if (std::any_of(place.files.begin(), place.files.end(),
                         [&](const PlaceFile& file) { return file.owner != place.owner; })) {
    finding.mark = Mark::Warning;
    finding.found = {"files of other users than the folder's, " + std::to_string(place.owner),
                     "部分文件不属于目录的所有者 " + std::to_string(place.owner)};
    finding.expected = {
        "one owner of the folder and its files, else a server that runs as one "
        "cannot write what another has made",
        "目录与文件同属一个用户，否则以某用户运行的服务器无法写入他人创建的文件"};
    finding.advice = kOwner;
  } else if (place.user == 0 && place.owner != 0) {
    finding.found = {"all files are user " + std::to_string(place.owner) + "'s; you are root",
                     "文件均属于用户 " + std::to_string(place.owner) + "；当前用户为 root"};
  } else {
    finding.found = {"may be read and written", "可读可写"};
  }
  return finding;
}

Finding lock_files(const Place& place) {
  Finding finding{"lock-files", {"lock files", "锁文件"}, Mark::Fine, {}, {}, {}, {}};
  const std::string there =
      listed(place.files, [](const PlaceFile& file) { return file.name != "data.mdb"; });
  finding.found = there.empty() ? Text{"none: nobody has had it open since it was copied here",
                                       "无：复制到此处后尚未被打开过"}
                                : Text{there, there};
  const auto lock = std::find_if(place.files.begin(), place.files.end(),
                                 [](const PlaceFile& file) { return file.name == "lock.mdb"; });
  if (lock != place.files.end() && !lock->writable && !place.mounted_read_only) {
    finding.mark = Mark::Warning;
    finding.found = {"lock.mdb may not be written", "lock.mdb 不可写"};
    finding.expected = {
        "a lock.mdb in which readers can register, so that a writer may work "
        "beside them",
        "可登记读者的 lock.mdb，这样写入与读取可以并行"};
    finding.advice = {"let this user write it; until then reading and writing exclude each other",
                      "请授予写权限；在此之前读取与写入互斥"};
  }
  return finding;
}

Finding processes(const Place& place) {
  Finding finding{"processes", {"in use by", "使用者"}, Mark::Fine, {}, {}, {}, {}};
  std::string list;
  for (const PlaceProcess& process : place.processes) {
    list += (list.empty() ? "" : ", ") + std::to_string(process.id) +
            (process.command.empty() ? "" : " (" + process.command + ")");
  }
  finding.figures = {{"processes", place.processes.size()},
                     {"written", place.holders.written ? 1U : 0U}};
  if (!place.holders.open) {
    finding.found = {"nobody", "无"};
    return finding;
  }
  finding.found = list.empty() ? Text{"a process that has not read yet", "一个尚未读取的进程"}
                               : Text{"process " + list, "进程 " + list};
  if (place.holders.written) {
    const std::string writer =
        place.holders.written_by.has_value() ? std::to_string(*place.holders.written_by) : "?";
    finding.found.en += "; " + writer + " writes: loads go through it (POST /v1/load of a server)";
    finding.found.zh += "；" + writer + " 负责写入：请通过它导入（服务器的 POST /v1/load）";
  }
  return finding;
}

Finding data_file(const Place& place) {
  Finding finding{"data-file", {"data file", "数据文件"}, Mark::Fine, {}, {}, {}, {}};
  finding.figures = {{"data_bytes", data_bytes(place)}};
  if (place.data_fault.has_value()) {
    finding.mark = Mark::Fault;
    finding.found = place.data_fault->message();
    finding.expected = {"data.mdb as LMDB writes it", "LMDB 写出的 data.mdb"};
    finding.advice = place.data_fault->hint();
  } else if (!place.has_data) {
    finding.mark = Mark::Fault;
    finding.found = {"no data.mdb with anything in it", "没有含内容的 data.mdb"};
    finding.expected = {"a database", "数据库"};
    finding.advice = {
        "check the path, or make a database: tagline load --db " + place.folder.string() + " FILE",
        "请检查路径，或新建数据库：tagline load --db " + place.folder.string() + " 文件"};
  } else {
    finding.found = {"data.mdb, " + size_text(data_bytes(place)) + "; begins and ends as it should",
                     "data.mdb，" + size_text(data_bytes(place)) + "，首尾完好"};
  }
  return finding;
}

}  // namespace

std::vector<Finding> findings_of(const Place& place) {
  if (!place.is_folder || !place.readable) {
    return {folder(place)};
  }
  return {folder(place),     file_system(place), free_space(place), permission(place),
          lock_files(place), processes(place),   data_file(place)};
}

}  // namespace tagline::server
