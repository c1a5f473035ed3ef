#include "server/doctor/findings.h"
#include "storage/format_version.h"

#include <algorithm>
#include <string>

namespace tagline::server {
namespace {

constexpr std::uint64_t kMib = std::uint64_t{1} << 20U;

Finding format(const storage::Health& health) {
  Finding finding{"format", {"format version", "格式版本"}, Mark::Fine, {}, {}, {}, {}};
  const std::string version = std::to_string(health.format);
  const std::string newest = std::to_string(storage::kFormatVersion);
  finding.found = {version, version};
  finding.figures = {{"format", health.format}, {"format_written", storage::kFormatVersion}};
  if (health.format != storage::kFormatVersion) {
    finding.mark = Mark::Warning;
    finding.expected = {newest + ", which this program writes", newest + "，即本程序写入的版本"};
    finding.advice = {"nothing has to be done: the next write makes it " + newest +
                          "; programs that know no more than " + version +
                          " cannot read it then, so keep a backup for them",
                      "无需操作：下一次写入即升为 " + newest + "；此后只认识 " + version +
                          " 的程序无法读取，请为其保留备份"};
  }
  return finding;
}

Finding time_zone(const Condition& condition) {
  Finding finding{"time-zone", {"its time zone", "数据库时区"}, Mark::Fine, {}, {}, {}, {}};
  finding.found = {condition.health.time_zone, condition.health.time_zone};
  if (!condition.zone_known) {
    finding.mark = Mark::Fault;
    finding.found.en += ", which this system does not know";
    finding.found.zh += "，本系统没有该时区";
    finding.expected = {"a zone of the system's time zone data", "系统时区数据中的时区"};
    finding.advice = {"install or update the package tzdata (older names are in tzdata-legacy)",
                      "请安装或更新 tzdata（旧名称在 tzdata-legacy 中）"};
  }
  return finding;
}

Finding map(const storage::Health& health) {
  Finding finding{"map", {"memory map", "内存映射"}, Mark::Fine, {}, {}, {}, {}};
  const std::uint64_t used = health.pages * health.page_bytes;
  finding.found = {size_text(health.map_bytes) + ", of which " + size_text(used) +
                       " are used; it grows by itself",
                   size_text(health.map_bytes) + "，已用 " + size_text(used) + "，会自动增大"};
  finding.figures = {
      {"map_bytes", health.map_bytes}, {"page_bytes", health.page_bytes}, {"pages", health.pages}};
  return finding;
}

Finding free_pages(const storage::Health& health) {
  // Less is the ordinary change of pages from load to load.
  constexpr std::uint64_t kMuch = 64 * kMib;
  Finding finding{"free-pages", {"free pages", "空闲页"}, Mark::Fine, {}, {}, {}, {}};
  const std::uint64_t bytes = health.pages_free * health.page_bytes;
  constexpr std::uint64_t kPercent = 100;
  const std::string share =
      std::to_string(health.pages == 0 ? 0 : health.pages_free * kPercent / health.pages);
  finding.found = {size_text(bytes) + " in the file (" + share + "%), for the next writes",
                   "文件中有 " + size_text(bytes) + "（" + share + "%），供后续写入使用"};
  finding.figures = {{"pages_free", health.pages_free}, {"free_page_bytes", bytes}};
  if (bytes > kMuch && 2 * health.pages_free > health.pages) {
    finding.mark = Mark::Warning;
    finding.expected = {"less than half of the file", "不到文件的一半"};
    finding.advice = {
        "`tagline backup` makes a copy without them, to be put in its place; the "
        "file itself never shrinks",
        "`tagline backup` 生成不含空闲页的副本，可用它替换；文件本身不会缩小"};
  }
  return finding;
}

Finding readers(const storage::Health& health) {
  // Ordinary answers take far less than a commit.
  constexpr std::uint64_t kManyCommits = 100;
  constexpr std::uint64_t kMostOfSlots = 80;
  constexpr std::uint64_t kPercent = 100;
  Finding finding{"readers", {"readers", "读取事务"}, Mark::Fine, {}, {}, {}, {}};
  finding.figures = {{"readers", health.readers},
                     {"reader_slots", health.reader_slots},
                     {"readers_cleared", health.readers_cleared},
                     {"commits_held", health.commits_held}};
  if (health.reader_slots == 0) {
    finding.found = {"not registered here; writers are kept out while it is read",
                     "此处不登记；读取期间不允许写入"};
    return finding;
  }
  const std::string now = std::to_string(health.readers);
  const std::string slots = std::to_string(health.reader_slots);
  finding.found = {now + " now, of " + slots, "当前 " + now + " 个，上限 " + slots};
  if (health.readers_cleared > 0) {
    const std::string cleared = std::to_string(health.readers_cleared);
    finding.found.en += "; " + cleared + " left behind by killed processes, cleared now";
    finding.found.zh += "；已清除被终止进程遗留的 " + cleared + " 个";
  }
  if (health.commits_held > kManyCommits) {
    finding.mark = Mark::Warning;
    finding.found.en += "; the oldest is " + grouped_text(health.commits_held) + " commits behind";
    finding.found.zh += "；最旧的落后 " + grouped_text(health.commits_held) + " 次提交";
    finding.expected = {"readers that end: pages changed since they began cannot be used again",
                        "读取应及时结束：其开始后改动的页面无法复用"};
    finding.advice = {"see which process reads for so long (\"in use by\"), and end it",
                      "请查明是哪个进程长时间读取（见“使用者”），并结束它"};
  } else if (health.readers * kPercent > health.reader_slots * kMostOfSlots) {
    finding.mark = Mark::Warning;
    finding.expected = {"slots to spare: with none left, queries are refused",
                        "尚有余量，否则查询会被拒绝"};
    finding.advice = {"let fewer processes read it at once, or ask a server instead",
                      "请减少同时读取的进程，或改为向服务器查询"};
  }
  return finding;
}

Finding contents(const Condition& condition) {
  Finding finding{"contents", {"contents", "内容"}, Mark::Fine, {}, {}, {}, {}};
  const std::string users = grouped_text(condition.users);
  const std::string tags = grouped_text(condition.tags);
  const std::string events = grouped_text(condition.events);
  const std::string segments = grouped_text(condition.segments);
  finding.found = {
      users + " users, " + tags + " tags, " + events + " events, " + segments + " segments",
      users + " 个用户，" + tags + " 个标签，" + events + " 种行为，" + segments + " 个人群"};
  finding.figures = {{"users", condition.users},
                     {"tags", condition.tags},
                     {"events", condition.events},
                     {"segments", condition.segments},
                     {"loads", condition.loads}};
  if (condition.users == 0) {
    finding.mark = Mark::Warning;
    finding.expected = {"users", "有用户"};
    finding.advice = {"load a file: tagline load", "请导入文件：tagline load"};
  }
  return finding;
}

std::uint64_t seconds_between(std::chrono::system_clock::time_point from,
                              std::chrono::system_clock::time_point to) {
  const auto passed = std::chrono::duration_cast<std::chrono::seconds>(to - from).count();
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, passed));
}

Finding last_write(const Condition& condition) {
  constexpr std::chrono::minutes kSlack{5};
  Finding finding{"last-write", {"last write", "最近写入"}, Mark::Fine, {}, {}, {}, {}};
  const std::uint64_t age = seconds_between(condition.written, condition.now);
  const Text ago = age_text(age);
  finding.found = {ago.en + " ago", ago.zh + "前"};
  finding.figures = {{"last_write_age_s", age}};
  if (condition.last_load.has_value()) {
    const std::uint64_t load_age = seconds_between(*condition.last_load, condition.now);
    const Text loaded = age_text(load_age);
    finding.found.en += "; last file of events " + loaded.en + " ago";
    finding.found.zh += "；最近一次行为文件在" + loaded.zh + "前";
    finding.figures.emplace_back("last_event_load_age_s", load_age);
  }
  if (condition.written > condition.now + kSlack) {
    finding.mark = Mark::Warning;
    finding.found = {"in the future, by this machine's clock", "按本机时钟在未来"};
    finding.expected = {"a time that has been", "过去的时间"};
    finding.advice = {"check the clock", "请检查系统时钟"};
  }
  return finding;
}

}  // namespace

std::vector<Finding> findings_of(const Condition& condition) {
  const storage::Health& health = condition.health;
  return {format(health),  time_zone(condition), map(health),          free_pages(health),
          readers(health), contents(condition),  last_write(condition)};
}

Finding finding_of_refusal(const Error& error) {
  return {"database",
          {"opening it", "打开"},
          Mark::Fault,
          error.message(),
          {"a database that opens", "可以打开的数据库"},
          error.hint(),
          {}};
}

}  // namespace tagline::server
