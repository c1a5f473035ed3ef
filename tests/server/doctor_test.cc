// What the doctor makes of machines, folders and databases that no test machine is.
#include "server/doctor/doctor.h"

#include "server/doctor/findings.h"
#include "storage/format_version.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::server {
namespace {

constexpr std::uint64_t kMib = std::uint64_t{1} << 20U;
constexpr std::uint64_t kGib = std::uint64_t{1} << 30U;

Machine sound_machine() {
  Machine machine;
  machine.kernels = {{"plain", "x86-64-v3"}, {"plain", "x86-64-v3"}, "x86-64-v3"};
  machine.cores = 4;
  machine.memory_bytes = 16 * kGib;
  machine.memory_available_bytes = 8 * kGib;
  machine.files_max_soft = 1'024;
  machine.files_max_hard = 1'048'576;
  machine.huge_pages = "madvise";
  machine.now = std::chrono::sys_days(std::chrono::year(2026) / 6 / 1);
  machine.clock_is_set = true;
  machine.locale = "zh_CN.UTF-8";
  machine.charset = "UTF-8";
  machine.temporary_folder = "/tmp";
  return machine;
}

Place sound_place() {
  Place place;
  place.folder = "/data/shop";
  place.exists = place.is_folder = place.readable = place.writable = true;
  place.owner = place.user = 1'000;
  place.file_system = "ext4";
  place.mount_point = "/data";
  place.free_bytes = 10 * kGib;
  place.files = {{"data.mdb", kGib, 1'000, true, true}, {"lock.mdb", 36'864, 1'000, true, true}};
  place.has_data = true;
  place.map_bytes = 2 * kGib;
  return place;
}

Condition sound_condition() {
  Condition condition;
  condition.health.format = storage::kFormatVersion;
  condition.health.time_zone = "Asia/Shanghai";
  condition.health.page_bytes = 4'096;
  condition.health.map_bytes = 2 * kGib;
  condition.health.pages = kGib / 4'096;
  condition.health.reader_slots = 512;
  condition.users = 2'000;
  condition.now = std::chrono::sys_days(std::chrono::year(2026) / 6 / 3);
  condition.written = std::chrono::sys_days(std::chrono::year(2026) / 6 / 1);
  return condition;
}

const Finding& finding_of(const std::vector<Finding>& findings, std::string_view code) {
  const auto found = std::find_if(findings.begin(), findings.end(),
                                  [&](const Finding& each) { return each.code == code; });
  if (found == findings.end()) {
    throw std::runtime_error("no finding " + std::string(code));
  }
  return *found;
}

/// What is wrong is said whole: what was found, what was expected, what to try, in both languages.
void expect_whole(const Finding& finding) {
  EXPECT_FALSE(finding.name.en.empty() || finding.name.zh.empty()) << finding.code;
  EXPECT_FALSE(finding.found.en.empty() || finding.found.zh.empty()) << finding.code;
  EXPECT_EQ(finding.mark == Mark::Fine, finding.advice.empty()) << finding.code;
  EXPECT_EQ(finding.mark == Mark::Fine, finding.expected.empty()) << finding.code;
  EXPECT_EQ(finding.advice.en.empty(), finding.advice.zh.empty()) << finding.code;
  EXPECT_EQ(finding.expected.en.empty(), finding.expected.zh.empty()) << finding.code;
}

/// Only this one is not as it is on a sound machine.
void expect_only(const std::vector<Finding>& findings, std::string_view code, Mark mark,
                 const std::string& found) {
  for (const Finding& finding : findings) {
    expect_whole(finding);
    EXPECT_EQ(finding.mark, finding.code == code ? mark : Mark::Fine) << finding.code;
  }
  EXPECT_NE(finding_of(findings, code).found.en.find(found), std::string::npos)
      << finding_of(findings, code).found.en;
}

TEST(Doctor, FindsNothingWhereNothingIs) {
  std::set<std::string_view> codes;
  std::size_t count = 0;
  for (const auto& findings : {findings_of(sound_machine(), 2 * kGib), findings_of(sound_place()),
                               findings_of(sound_condition())}) {
    for (const Finding& finding : findings) {
      EXPECT_EQ(finding.mark, Mark::Fine) << finding.code << ": " << finding.found.en;
      expect_whole(finding);
      codes.insert(finding.code);
      ++count;
    }
    EXPECT_TRUE(is_sound(findings));
  }
  EXPECT_EQ(codes.size(), count) << "a code of two findings";
  EXPECT_EQ(count, 24U);
}

TEST(Doctor, JudgesMachines) {
  struct Case {
    std::string_view code;
    Mark mark;
    void (*spoil)(Machine&);
    std::string found;
  };
  const std::vector<Case> kCases = {
      {"processor", Mark::Warning,
       [](Machine& m) {
         m.kernels = {{"plain", "x86-64-v3"}, {"plain"}, "plain"};
       },
       "plain in use"},
      {"cores", Mark::Warning, [](Machine& m) { m.cores = 1; }, "1"},
      {"cores", Mark::Warning, [](Machine& m) { m.core_share = 0.5; }, "50% of one"},
      {"memory", Mark::Warning, [](Machine& m) { m.memory_available_bytes = 512 * kMib; },
       "512 MiB available"},
      {"memory", Mark::Warning, [](Machine& m) { m.memory_max = 256 * kMib; }, "may use 256 MiB"},
      {"open-files", Mark::Fault, [](Machine& m) { m.files_max_hard = 64; }, "at most 64"},
      {"open-files", Mark::Warning, [](Machine& m) { m.files_max_hard = 1'024; }, "at most 1,024"},
      {"address-space", Mark::Fault, [](Machine& m) { m.address_space_max = kGib; }, "takes 2 GiB"},
      {"address-space", Mark::Warning, [](Machine& m) { m.address_space_max = 4 * kGib; },
       "at most 4 GiB"},
      {"clock", Mark::Fault, [](Machine& m) { m.now = {}; }, "before 2025"},
      {"clock", Mark::Warning, [](Machine& m) { m.clock_is_set = false; }, "no time service"},
      {"time-zones", Mark::Fault, [](Machine& m) { m.zones = false; }, "Asia/Shanghai"},
      {"locale", Mark::Warning, [](Machine& m) { m.charset = "ANSI_X3.4-1968"; }, "ANSI"},
      {"locale", Mark::Warning, [](Machine& m) { m.charset = ""; }, "does not have"},
      {"temporary-folder", Mark::Warning, [](Machine& m) { m.temporary_usable = false; },
       "no file can be made"},
  };
  for (const Case& each : kCases) {
    Machine machine = sound_machine();
    each.spoil(machine);
    expect_only(findings_of(machine, 2 * kGib), each.code, each.mark, each.found);
  }
  // A program compiled with the plain set alone (other processors, sanitizers) has no better one.
  Machine plain = sound_machine();
  plain.kernels = {{"plain"}, {"plain"}, "plain"};
  EXPECT_EQ(finding_of(findings_of(plain, std::nullopt), "processor").mark, Mark::Fine);
}

TEST(Doctor, JudgesFolders) {
  struct Case {
    std::string_view code;
    Mark mark;
    void (*spoil)(Place&);
    std::string found;
  };
  const std::vector<Case> kCases = {
      {"file-system", Mark::Warning, [](Place& p) { p.file_system = "nfs4"; }, "nfs4 on /data"},
      {"file-system", Mark::Warning, [](Place& p) { p.file_system = "cifs"; }, "cifs"},
      {"file-system", Mark::Fine, [](Place& p) { p.mount_point = ""; }, "ext4"},
      {"file-system", Mark::Warning, [](Place& p) { p.file_system = "9p"; }, "9p"},
      {"file-system", Mark::Warning, [](Place& p) { p.file_system = "overlay"; }, "overlay"},
      {"file-system", Mark::Warning, [](Place& p) { p.file_system = "fuse.sshfs"; }, "fuse.sshfs"},
      {"file-system", Mark::Warning, [](Place& p) { p.file_system = "tmpfs"; }, "tmpfs"},
      {"file-system", Mark::Warning, [](Place& p) { p.file_system = "vfat"; }, "vfat"},
      {"free-space", Mark::Warning, [](Place& p) { p.free_bytes = kGib; }, "database of 1 GiB"},
      {"free-space", Mark::Fault, [](Place& p) { p.free_bytes = kMib; }, "1 MiB, beside"},
      {"permission", Mark::Fault, [](Place& p) { p.files[0].readable = false; },
       "may not read data.mdb"},
      {"permission", Mark::Warning, [](Place& p) { p.mounted_read_only = true; },
       "mounted read-only"},
      {"permission", Mark::Warning, [](Place& p) { p.writable = false; },
       "may not write /data/shop"},
      {"permission", Mark::Warning, [](Place& p) { p.files[0].writable = false; },
       "may not write data.mdb"},
      {"permission", Mark::Warning, [](Place& p) { p.files[1].owner = 0; }, "other users"},
      {"data-file", Mark::Fault,
       [](Place& p) {
         p.has_data = false;
         p.data_fault = Error(ErrorCode::Corrupt, {"cut short", "被截断"}, {"copy", "复制"});
       },
       "cut short"},
      {"data-file", Mark::Fault, [](Place& p) { p.has_data = false; }, "no data.mdb"},
  };
  for (const Case& each : kCases) {
    Place place = sound_place();
    each.spoil(place);
    expect_only(findings_of(place), each.code, each.mark, each.found);
  }
}

TEST(Doctor, SaysWhoHasTheDatabaseOpen) {
  Place place = sound_place();
  place.holders.open = place.holders.written = true;
  place.holders.written_by = 4'711;
  place.processes = {{4'711, "tagline serve"}};
  const Finding used = finding_of(findings_of(place), "processes");
  EXPECT_EQ(used.mark, Mark::Fine);
  EXPECT_NE(used.found.en.find("4711 (tagline serve); 4711 writes"), std::string::npos)
      << used.found.en;
}

TEST(Doctor, OfAMissingFolderThatIsAll) {
  Place place;
  place.folder = "/data/none";
  const auto findings = findings_of(place);
  ASSERT_EQ(findings.size(), 1U);
  expect_only(findings, "folder", Mark::Fault, "/data/none is not there");
  EXPECT_FALSE(is_sound(findings));
}

TEST(Doctor, JudgesDatabases) {
  struct Case {
    std::string_view code;
    Mark mark;
    void (*spoil)(Condition&);
    std::string found;
  };
  const std::vector<Case> kCases = {
      {"format", Mark::Warning, [](Condition& c) { c.health.format = 3; }, "3"},
      {"time-zone", Mark::Fault, [](Condition& c) { c.zone_known = false; }, "does not know"},
      {"free-pages", Mark::Warning, [](Condition& c) { c.health.pages_free = 200'000; }, "76%"},
      {"readers", Mark::Warning, [](Condition& c) { c.health.readers = 500; }, "500 now, of 512"},
      {"readers", Mark::Warning, [](Condition& c) { c.health.commits_held = 1'000; },
       "1,000 commits behind"},
      {"contents", Mark::Warning, [](Condition& c) { c.users = 0; }, "0 users"},
      {"last-write", Mark::Warning, [](Condition& c) { c.written = c.now + std::chrono::hours(1); },
       "in the future"},
  };
  for (const Case& each : kCases) {
    Condition condition = sound_condition();
    each.spoil(condition);
    expect_only(findings_of(condition), each.code, each.mark, each.found);
  }
  Condition condition = sound_condition();
  condition.health.readers_cleared = 2;
  condition.last_load = std::chrono::sys_days(std::chrono::year(2026) / 6 / 2);
  const auto findings = findings_of(condition);
  EXPECT_NE(finding_of(findings, "readers").found.en.find("2 left behind"), std::string::npos);
  EXPECT_EQ(finding_of(findings, "last-write").found.en,
            "2 days ago; last file of events 1 day ago");
}

TEST(Doctor, WritesSizesAndAges) {
  EXPECT_EQ(size_text(0), "0 bytes");
  EXPECT_EQ(size_text(1'023), "1023 bytes");
  EXPECT_EQ(size_text(1'536), "1.5 KiB");
  EXPECT_EQ(size_text(2 * kGib), "2 GiB");
  EXPECT_EQ(size_text(~std::uint64_t{0}), "16383 PiB");
  EXPECT_EQ(age_text(0).en, "0 seconds");
  EXPECT_EQ(age_text(59).en, "59 seconds");
  EXPECT_EQ(age_text(3'600).en, "1 hour");
  EXPECT_EQ(age_text(172'800).zh, "2 天");
}

}  // namespace
}  // namespace tagline::server
