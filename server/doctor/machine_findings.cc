#include "server/doctor/findings.h"
#include "server/http/http_server.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace tagline::server {
namespace {

constexpr std::uint64_t kMib = std::uint64_t{1} << 20U;

std::string joined(const std::vector<std::string_view>& names) {
  std::string list;
  for (const std::string_view name : names) {
    list += (list.empty() ? "" : ", ") + std::string(name);
  }
  return list;
}

Finding processor(const Machine& machine) {
  const KernelSets& kernels = machine.kernels;
  Finding finding{"processor", {"processor", "处理器"}, Mark::Fine, {}, {}, {}, {}};
  const std::string used(kernels.in_use);
  finding.found = {"kernels " + used + " in use, of " + joined(kernels.compiled),
                   "使用内核 " + used + "，程序包含 " + joined(kernels.compiled)};
  finding.figures = {{"kernel_sets", kernels.compiled.size()},
                     {"kernel_sets_available", kernels.available.size()}};
  if (kernels.compiled.size() > 1 && kernels.available.size() == 1) {
    finding.mark = Mark::Warning;
    finding.expected = {"a processor with AVX2 and BMI2 (x86-64-v3)",
                        "支持 AVX2 与 BMI2 的处理器（x86-64-v3）"};
    finding.advice = {
        "answers are right, and up to ten times slower; in a virtual machine pass the host's "
        "processor through (\"host\" model)",
        "结果正确，但可能慢十倍；若为虚拟机，请直通宿主机处理器（\"host\" 型号）"};
  }
  return finding;
}

Finding cores(const Machine& machine) {
  Finding finding{"cores", {"cores", "处理器核"}, Mark::Fine, {}, {}, {}, {}};
  const std::string count = std::to_string(machine.cores);
  finding.found = {count, count};
  finding.figures = {{"cores", machine.cores}};
  if (machine.core_share.has_value()) {
    constexpr double kPercent = 100;
    const auto share = static_cast<std::uint64_t>(std::lround(*machine.core_share * kPercent));
    finding.figures.emplace_back("core_share_percent", share);
    if (*machine.core_share < machine.cores) {
      const std::string percent = std::to_string(share) + "%";
      finding.found.en += ", of which the control group may use " + percent + " of one";
      finding.found.zh += "，控制组限用单核的 " + percent;
    }
  }
  if (machine.cores < 2 || machine.core_share.value_or(2) < 1) {
    finding.mark = Mark::Warning;
    finding.expected = {"two or more", "两个或更多"};
    finding.advice = {"a load and queries take turns on one core; give the server two or more",
                      "导入与查询轮流使用一个核；请为服务器提供两个或更多"};
  }
  return finding;
}

Finding memory(const Machine& machine) {
  // What `tagline serve` may hold by default: answers kept, and a query on each core.
  constexpr std::uint64_t kCache = 64 * kMib;
  constexpr std::uint64_t kQuery = 256 * kMib;
  constexpr std::uint64_t kProgram = 64 * kMib;
  const std::uint64_t wanted = kProgram + kCache + machine.cores * kQuery;
  Finding finding{"memory", {"memory", "内存"}, Mark::Fine, {}, {}, {}, {}};
  if (machine.memory_bytes == 0) {
    finding.found = {"not known (/proc is not there)", "未知（没有 /proc）"};
    return finding;
  }
  std::uint64_t usable = machine.memory_available_bytes;
  finding.found = {size_text(machine.memory_bytes) + ", " + size_text(usable) + " available",
                   size_text(machine.memory_bytes) + "，可用 " + size_text(usable)};
  finding.figures = {{"memory_bytes", machine.memory_bytes}, {"memory_available_bytes", usable}};
  if (machine.memory_max.has_value()) {
    usable = std::min(usable, *machine.memory_max);
    finding.found.en += "; the control group may use " + size_text(*machine.memory_max);
    finding.found.zh += "；控制组限用 " + size_text(*machine.memory_max);
    finding.figures.emplace_back("memory_max_bytes", *machine.memory_max);
  }
  if (usable < wanted) {
    finding.mark = Mark::Warning;
    finding.expected = {size_text(wanted) + " for a server as it is by default",
                        "默认设置的服务器需 " + size_text(wanted)};
    finding.advice = {"give it more, or lower --memory, --workers and --cache of `tagline serve`",
                      "请增加内存，或调低 `tagline serve` 的 --memory、--workers、--cache"};
  }
  return finding;
}

Finding open_files(const Machine& machine) {
  // As `tagline serve` counts: its own files and those of the database, then one a connection. It
  // raises its limit to the hard one by itself.
  constexpr std::uint64_t kOwnFiles = 64;
  const std::uint64_t wanted = kOwnFiles + HttpLimits{}.connections;
  const std::uint64_t hard = machine.files_max_hard;
  const std::string most = grouped_text(hard);
  Finding finding{"open-files", {"open files", "打开文件数"}, Mark::Fine, {}, {}, {}, {}};
  finding.found = hard >= (std::uint64_t{1} << 62U) ? Text{"no limit", "无限制"}
                                                    : Text{"at most " + most, "最多 " + most};
  finding.figures = {{"files_max_soft", machine.files_max_soft}, {"files_max_hard", hard}};
  if (hard < wanted) {
    finding.mark = hard > 2 * kOwnFiles ? Mark::Warning : Mark::Fault;
    finding.expected = {grouped_text(wanted) + ", for the connections a server takes",
                        grouped_text(wanted) + "，供服务器的连接使用"};
    finding.advice = {
        "raise the hard limit: LimitNOFILE=8192 in a systemd unit, ulimit -Hn, "
        "--ulimit nofile= of a container; a server takes fewer connections until then",
        "请提高硬上限：systemd 单元的 LimitNOFILE=8192、ulimit -Hn、容器的 --ulimit "
        "nofile=；在此之前服务器接受的连接更少"};
  }
  return finding;
}

Finding address_space(const Machine& machine, std::optional<std::uint64_t> map_bytes) {
  // The map, grown once more (by a GiB at least); the program, and its threads' stacks.
  constexpr std::uint64_t kGrowth = 1'024 * kMib;
  const std::uint64_t map = map_bytes.value_or(0);
  const std::uint64_t used = machine.address_space_used;
  const std::uint64_t wanted = map + std::max(map, kGrowth) + used + kGrowth;
  Finding finding{"address-space", {"address space", "地址空间"}, Mark::Fine, {}, {}, {}, {}};
  if (map_bytes.has_value()) {
    finding.figures.emplace_back("map_bytes", map);
  }
  if (!machine.address_space_max.has_value()) {
    finding.found = {"no limit", "无限制"};
    return finding;
  }
  const std::uint64_t most = *machine.address_space_max;
  finding.found = {"at most " + size_text(most), "最多 " + size_text(most)};
  if (map_bytes.has_value()) {
    finding.found.en += "; the database's memory map takes " + size_text(map);
    finding.found.zh += "；数据库的内存映射需 " + size_text(map);
  }
  finding.figures.emplace_back("address_space_max_bytes", most);
  if (most < wanted) {
    finding.mark = map > 0 && most < used + map ? Mark::Fault : Mark::Warning;
    finding.expected = {"no limit, or " + size_text(wanted) + ": the map grows in steps",
                        "无限制，或 " + size_text(wanted) + "：内存映射会逐步增大"};
    finding.advice = {
        "ulimit -v unlimited, or no LimitAS in the unit: a map takes addresses, not "
        "memory",
        "请使用 ulimit -v unlimited，或在单元中不设 LimitAS：映射占用的是地址，不是内存"};
  }
  return finding;
}

/// Which of these it is makes no difference that we have measured; support wants to know.
Finding huge_pages(const Machine& machine) {
  Finding finding{"huge-pages", {"transparent huge pages", "透明大页"}, Mark::Fine, {}, {}, {}, {}};
  finding.found = machine.huge_pages.empty() ? Text{"not known", "未知"}
                                             : Text{machine.huge_pages, machine.huge_pages};
  return finding;
}

Finding clock(const Machine& machine) {
  // Older than this program's first line, so surely not set.
  constexpr std::chrono::sys_days kTooEarly = std::chrono::year(2025) / 1 / 1;
  Finding finding{"clock", {"clock", "系统时钟"}, Mark::Fine, {}, {}, {}, {}};
  const Text kExpected{"the right time: `today`, the end of keys and the audit log go by it",
                       "正确的时间：“今天”、密钥有效期和审计日志都以它为准"};
  const Text kAdvice{"let a time service set it: timedatectl set-ntp true",
                     "请启用时间同步：timedatectl set-ntp true"};
  if (machine.now < kTooEarly) {
    finding.mark = Mark::Fault;
    finding.found = {"a time before 2025", "早于 2025 年"};
    finding.expected = kExpected;
    finding.advice = kAdvice;
    return finding;
  }
  if (!machine.clock_is_set.has_value()) {
    finding.found = {"whether a time service sets it is not known", "无法得知是否有时间服务校准"};
  } else if (*machine.clock_is_set) {
    finding.found = {"set by a time service", "由时间服务校准"};
  } else {
    finding.mark = Mark::Warning;
    finding.found = {"no time service sets it", "没有时间服务校准"};
    finding.expected = kExpected;
    finding.advice = kAdvice;
  }
  return finding;
}

Finding time_zones(const Machine& machine) {
  Finding finding{"time-zones", {"time zones", "时区数据"}, Mark::Fine, {}, {}, {}, {}};
  finding.found = {"the system's are there", "系统时区数据可用"};
  if (!machine.zones) {
    finding.mark = Mark::Fault;
    finding.found = {"Asia/Shanghai, the zone of a new database, is not there",
                     "缺少新数据库的默认时区 Asia/Shanghai"};
    finding.expected = {"the system's time zone data in /usr/share/zoneinfo",
                        "/usr/share/zoneinfo 中的时区数据"};
    finding.advice = {"install the package tzdata", "请安装 tzdata 软件包"};
  }
  return finding;
}

Finding locale(const Machine& machine) {
  Finding finding{"locale", {"locale", "区域设置"}, Mark::Fine, {}, {}, {}, {}};
  const std::string name = machine.locale.empty() ? "C" : machine.locale;
  finding.found = {name + (machine.charset.empty() ? ", which the system does not have"
                                                   : ", " + machine.charset),
                   name + (machine.charset.empty() ? "，系统中没有" : "，" + machine.charset)};
  if (machine.charset != "UTF-8") {
    finding.mark = Mark::Warning;
    finding.expected = {"UTF-8: tables and Chinese are written in it", "UTF-8：表格和中文以其输出"};
    finding.advice = {"export LANG=C.UTF-8, or zh_CN.UTF-8 for Chinese",
                      "请执行 export LANG=C.UTF-8，中文可用 zh_CN.UTF-8"};
  }
  return finding;
}

/// A server with --read-only makes backups there; others make them in the database's folder.
Finding temporary_folder(const Machine& machine) {
  Finding finding{"temporary-folder", {"temporary folder", "临时目录"}, Mark::Fine, {}, {}, {}, {}};
  finding.found = {machine.temporary_folder, machine.temporary_folder};
  if (!machine.temporary_usable) {
    finding.mark = Mark::Warning;
    finding.found.en += ", in which no file can be made";
    finding.found.zh += "，无法在其中新建文件";
    finding.expected = {"a folder for files: a server with --read-only makes backups there",
                        "可写目录：带 --read-only 的服务器在其中制作备份"};
    finding.advice = {"set TMPDIR to a folder that may be written", "请把 TMPDIR 设为可写的目录"};
  }
  return finding;
}

}  // namespace

std::vector<Finding> findings_of(const Machine& machine, std::optional<std::uint64_t> map_bytes) {
  return {processor(machine),
          cores(machine),
          memory(machine),
          open_files(machine),
          address_space(machine, map_bytes),
          huge_pages(machine),
          clock(machine),
          time_zones(machine),
          locale(machine),
          temporary_folder(machine)};
}

}  // namespace tagline::server
