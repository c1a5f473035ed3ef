// `tagline doctor`: what it says of databases that are well and of those that are not.
#include "tests/cli/program.h"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace tagline::tests {
namespace {

using nlohmann::json;

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::map<std::string, std::string> files_in(const std::string& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    // LMDB's table of readers has the place of whoever read last.
    if (entry.is_regular_file() && entry.path().filename() != "lock.mdb") {
      files[entry.path().string()] = bytes_of(entry.path());
    }
  }
  return files;
}

class Doctor : public ::testing::Test {
 protected:
  void SetUp() override {
    db_ = folder_.path("db");
    const Outcome loaded = run_tagline(
        {"load", "--db", db_, folder_.write("users.csv", "id,vip\nu1,yes\nu2,no\nu3,yes\n")});
    ASSERT_EQ(loaded.status, 0) << loaded.err;
  }

  /// The findings by code; the exit status has to agree with them.
  static std::map<std::string, json> findings_of(const Outcome& outcome) {
    std::map<std::string, json> findings;
    const json said = json::parse(outcome.out, nullptr, false);
    if (said.is_discarded()) {
      ADD_FAILURE() << outcome.out << outcome.err;
      return findings;
    }
    int faults = 0;
    for (const json& finding : said["findings"]) {
      findings[finding["code"]] = finding;
      faults += finding["mark"] == "fault" ? 1 : 0;
    }
    EXPECT_EQ(said["faults"], faults);
    EXPECT_EQ(said["ok"], faults == 0);
    EXPECT_EQ(outcome.status, faults == 0 ? 0 : 1);
    return findings;
  }
  static std::map<std::string, json> findings_of(const std::string& db) {
    return findings_of(run_tagline({"doctor", "--db", db, "--format", "json"}));
  }
  /// The same by way of a shell: behind other words, such as `ulimit -n 64;`.
  std::map<std::string, json> findings_behind(const std::string& words) {
    const std::string out = folder_.path("out");
    const int state = std::system(
        (words + " '" TAGLINE_PROGRAM "' doctor --db '" + db_ + "' --format json >'" + out + "'")
            .c_str());
    return findings_of(Outcome{WEXITSTATUS(state), bytes_of(out), ""});
  }

  TempFolder folder_;
  std::string db_;
};

TEST_F(Doctor, FindsADatabaseWell) {
  const auto findings = findings_of(db_);
  for (const char* code : {"folder", "permission", "data-file", "format", "time-zone", "map",
                           "free-pages", "readers", "contents", "last-write", "lock-files"}) {
    ASSERT_EQ(findings.count(code), 1U) << code;
    EXPECT_EQ(findings.at(code)["mark"], "ok") << findings.at(code);
  }
  EXPECT_EQ(findings.at("contents")["figures"]["users"], 3);
  EXPECT_EQ(findings.at("contents")["figures"]["tags"], 1);
  EXPECT_EQ(findings.at("processes")["figures"]["processes"], 0);
  EXPECT_EQ(findings.at("map")["figures"]["page_bytes"].get<std::uint64_t>() *
                findings.at("map")["figures"]["pages"].get<std::uint64_t>(),
            std::filesystem::file_size(db_ + "/data.mdb"));
  EXPECT_LT(findings.at("last-write")["figures"]["last_write_age_s"], 3'600);
}

TEST_F(Doctor, ChangesNothing) {
  const auto before = files_in(db_);
  findings_of(db_);
  EXPECT_TRUE(files_in(db_) == before);
  std::filesystem::remove(db_ + "/lock.mdb");
  std::filesystem::remove(db_ + "/writer.lock");
  const auto bare = files_in(db_);
  EXPECT_EQ(findings_of(db_).at("contents")["figures"]["users"], 3);
  EXPECT_TRUE(files_in(db_) == bare);
  EXPECT_FALSE(std::filesystem::exists(db_ + "/lock.mdb"));
}

TEST_F(Doctor, SpeaksToPeopleInTheirLanguage) {
  const Outcome english = run_tagline({"doctor", "--db", db_});
  EXPECT_NE(english.out.find("✓ contents"), std::string::npos) << english.out;
  EXPECT_NE(english.out.find("3 users, 1 tags"), std::string::npos) << english.out;
  EXPECT_NE(english.out.find("tagline verify --db " + db_), std::string::npos) << english.out;
  const Outcome chinese = run_tagline({"doctor", "--db", db_, "--lang", "zh-CN"});
  EXPECT_NE(chinese.out.find("3 个用户"), std::string::npos) << chinese.out;
  EXPECT_EQ(chinese.out.find("expected"), std::string::npos) << chinese.out;
}

TEST_F(Doctor, OfTheMachineAloneSaysNothingOfFolders) {
  const auto findings = findings_of(run_tagline({"doctor", "--format", "json"}));
  EXPECT_EQ(findings.count("processor"), 1U);
  EXPECT_EQ(findings.count("folder"), 0U);
}

TEST_F(Doctor, SaysThatAFolderIsMissing) {
  const auto findings = findings_of(folder_.path("none"));
  EXPECT_EQ(findings.at("folder")["mark"], "fault");
  EXPECT_NE(findings.at("folder")["hint"]["en"].get<std::string>().find("tagline load --db"),
            std::string::npos);
  EXPECT_EQ(findings.count("data-file"), 0U);
  EXPECT_FALSE(std::filesystem::exists(folder_.path("none")));
  const Outcome text = run_tagline({"doctor", "--db", folder_.path("none")});
  EXPECT_EQ(text.status, 1);
  EXPECT_NE(text.out.find("✗ folder"), std::string::npos) << text.out;
  EXPECT_NE(text.out.find("try: check the path"), std::string::npos) << text.out;
}

TEST_F(Doctor, SaysThatAFolderHasNoDatabase) {
  std::filesystem::create_directory(folder_.path("empty"));
  EXPECT_EQ(findings_of(folder_.path("empty")).at("data-file")["mark"], "fault");
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path("empty")));
  std::filesystem::resize_file(db_ + "/data.mdb", 20'000);
  const auto cut = findings_of(db_);
  EXPECT_EQ(cut.at("data-file")["mark"], "fault");
  EXPECT_NE(cut.at("data-file")["found"]["en"].get<std::string>().find("cut short"),
            std::string::npos);
}

TEST_F(Doctor, SaysWhichFormatAnOldFileHas) {
  // The record of the format: a string "tagline", then the number. Earlier pages may hold it too.
  std::string bytes = bytes_of(db_ + "/data.mdb");
  const std::string record = "\x07tagline\x08";
  int patched = 0;
  for (auto at = bytes.find(record); at != std::string::npos; at = bytes.find(record, at + 1)) {
    bytes[at + record.size() - 1] = '\x02';
    ++patched;
  }
  ASSERT_GT(patched, 0);
  std::ofstream(db_ + "/data.mdb", std::ios::binary) << bytes;
  const auto findings = findings_of(db_);
  EXPECT_EQ(findings.at("database")["mark"], "fault");
  EXPECT_NE(
      findings.at("database")["found"]["en"].get<std::string>().find("its format version is 2"),
      std::string::npos)
      << findings.at("database");
  EXPECT_EQ(findings.at("database")["hint"]["en"], "load the files again into a new folder");
}

TEST_F(Doctor, SaysWhatMayNotBeWritten) {
  namespace fs = std::filesystem;
  for (const char* file : {"data.mdb", "lock.mdb", "writer.lock"}) {
    fs::permissions(db_ + "/" + file,
                    fs::perms::owner_read | fs::perms::group_read | fs::perms::others_read);
  }
  const auto kMayEnter = fs::perms::owner_read | fs::perms::owner_exec | fs::perms::others_read |
                         fs::perms::others_exec;
  fs::permissions(db_, kMayEnter);
  std::string become;
  if (geteuid() == 0) {
    // Root may write everything, so somebody else looks.
    fs::permissions(fs::path(db_).parent_path(), kMayEnter | fs::perms::owner_write);
    become = "setpriv --reuid=65534 --regid=65534 --clear-groups";
    if (std::system((become + " test -x '" TAGLINE_PROGRAM "' -a -r '" + db_ + "'").c_str()) != 0) {
      GTEST_SKIP() << "nobody else may run the program here";
    }
  }
  const auto before = files_in(db_);
  const auto findings = findings_behind(become);
  EXPECT_EQ(findings.at("permission")["mark"], "warning") << findings.at("permission");
  EXPECT_EQ(findings.at("lock-files")["mark"], "warning");
  EXPECT_EQ(findings.at("contents")["figures"]["users"], 3);
  EXPECT_EQ(findings.at("readers")["figures"]["reader_slots"], 0);
  EXPECT_TRUE(files_in(db_) == before);
  fs::permissions(db_, fs::perms::owner_all);
}

TEST_F(Doctor, SaysThatALimitIsTooLow) {
  const auto few = findings_behind("ulimit -n 64;");
  EXPECT_EQ(few.at("open-files")["mark"], "fault");
  EXPECT_EQ(few.at("open-files")["figures"]["files_max_hard"], 64);
  EXPECT_EQ(few.at("contents")["figures"]["users"], 3);
}

TEST_F(Doctor, SaysThatAMapDoesNotFit) {
  const json build = json::parse(run_tagline({"version", "--format", "json"}).out);
  if (build["type"].get<std::string>().find(',') != std::string::npos) {
    GTEST_SKIP() << "sanitizers need more addresses than any such limit allows";
  }
  // Room for the program, and not for a map of a database as large as this one says it is.
  std::string bytes = bytes_of(db_ + "/data.mdb");
  constexpr std::size_t kMapBytesAt = 32;  // of both head pages, see storage/data_file.cc
  constexpr std::size_t kPageBytes = 4'096;
  for (const std::size_t page : {std::size_t{0}, kPageBytes}) {
    bytes.replace(page + kMapBytesAt, 8, std::string("\0\0\0\0\1\0\0\0", 8));  // 4 GiB
  }
  std::ofstream(db_ + "/data.mdb", std::ios::binary) << bytes;
  const auto findings = findings_behind("ulimit -v 2097152;");
  EXPECT_EQ(findings.at("address-space")["mark"], "fault");
  EXPECT_EQ(findings.at("address-space")["figures"]["map_bytes"], std::uint64_t{1} << 32U);
  EXPECT_EQ(findings.at("database")["mark"], "fault");
}

TEST_F(Doctor, SaysWhichServerHasTheDatabase) {
  RunningTagline server({"serve", "--db", db_, "--listen", "127.0.0.1:0"});
  ASSERT_EQ(server.line().rfind("http://", 0), 0U);
  const auto findings = findings_of(db_);
  EXPECT_EQ(findings.at("processes")["figures"]["written"], 1);
  EXPECT_NE(findings.at("processes")["found"]["en"].get<std::string>().find("tagline serve"),
            std::string::npos)
      << findings.at("processes");
  EXPECT_EQ(findings.at("contents")["mark"], "ok");
}

}  // namespace
}  // namespace tagline::tests
