// `tagline repl` over a pipe: what inputs print (tests/cli/repl/*.tql beside what is expected),
// over a folder and over a server alike.
#include "tests/cli/program.h"
#include "tests/cli/record.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace tagline::tests {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

const fs::path kCases = fs::path(TAGLINE_SOURCE_DIR) / "tests" / "cli" / "repl";
const fs::path kShop = fs::path(TAGLINE_SOURCE_DIR) / "examples" / "shop";

std::string slurp(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

class Repl : public testing::Test {
 protected:
  void SetUp() override {
    db_ = folder_.path("shop");
    load("users");
    load("events");
  }
  void load(const std::string& what) {
    const std::string file = (kShop / (what + (what == "users" ? ".csv" : ".csv.gz"))).string();
    const Outcome run = run_tagline(
        {"load", "--db", db_, file, "--schema", (kShop / (what + ".schema.json")).string()});
    ASSERT_EQ(run.status, 0) << run.err;
  }
  [[nodiscard]] Outcome local(const std::string& input, std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments = {"repl", "--db", db_, "--as-of", "2024-06-15"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_tagline(arguments, input);
  }
  TempFolder folder_;
  std::string db_;
};

std::vector<fs::path> cases() {
  std::vector<fs::path> cases;
  for (const auto& entry : fs::directory_iterator(kCases)) {
    if (entry.path().extension() == ".tql") {
      cases.push_back(entry.path());
    }
  }
  std::sort(cases.begin(), cases.end());
  return cases;
}

// TAGLINE_UPDATE=1 writes what is printed now, to be read before it is committed.
TEST_F(Repl, InputsPrintWhatTheyDid) {
  ASSERT_GE(cases().size(), 5U);
  for (const fs::path& path : cases()) {
    const std::string printed = record(local(slurp(path)));
    fs::path expected = path;
    expected.replace_extension(".txt");
    if (std::getenv("TAGLINE_UPDATE") != nullptr) {
      std::ofstream(expected, std::ios::binary) << printed;
    }
    EXPECT_EQ(printed, slurp(expected)) << path;
  }
}

TEST_F(Repl, AServerAnswersAsAFolderDoes) {
  for (const fs::path& path : cases()) {
    static_cast<void>(local(slurp(path)));  // what it saves is there from now on
  }
  RunningTagline server({"serve", "--db", db_, "--listen", "127.0.0.1:0"});
  const std::string url = server.line();
  ASSERT_EQ(url.substr(0, 7), "http://");
  std::vector<std::string> there;
  for (const fs::path& path : cases()) {
    there.push_back(
        record(run_tagline({"repl", "--server", url, "--as-of", "2024-06-15"}, slurp(path))));
  }
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait(), 0);
  for (std::size_t i = 0; i < there.size(); ++i) {
    EXPECT_EQ(there[i], record(local(slurp(cases()[i])))) << cases()[i];
  }
}

TEST_F(Repl, TheExitStatusIsThatOfTheLastInput) {
  EXPECT_EQ(local("vip\n").status, 0);
  EXPECT_EQ(local("cty:tier1\n").status, 1);
  EXPECT_EQ(local("cty:tier1\nvip\n").status, 0);
  EXPECT_EQ(local("vip\n\\nothing\n").status, 2);
  EXPECT_EQ(local("\\by city\n").status, 2);
  EXPECT_EQ(local("vip AND\n").status, 1) << "nothing follows";
  EXPECT_EQ(local("cty:tier1\n\\quit\nvip\n").status, 1) << "leaving changes nothing";
  EXPECT_EQ(local("vip\n\\quit\ncty:tier1\n").status, 0);
  EXPECT_EQ(local("").status, 0);
  const Outcome none = run_tagline({"repl", "--db", folder_.path("none")}, "vip\n");
  EXPECT_EQ(none.status, 3);
  EXPECT_NE(none.err.find("none"), std::string::npos) << none.err;
  EXPECT_EQ(run_tagline({"repl"}, "vip\n").status, 2);
  EXPECT_EQ(run_tagline({"repl", "--db", db_, "--server", "http://127.0.0.1:1"}, "").status, 2);
  const Outcome away = run_tagline({"repl", "--server", "http://127.0.0.1:1"}, "vip\n");
  EXPECT_EQ(away.status, 3);
  EXPECT_NE(away.err.find("127.0.0.1:1"), std::string::npos) << away.err;
  const Outcome bad = run_tagline({"repl", "--server", "shop.example"}, "vip\n");
  EXPECT_EQ(bad.status, 2);
  EXPECT_EQ(run_tagline({"repl", "--server", "http://127.0.0.1:1"}, "").status, 3)
      << "though nothing was asked";
  EXPECT_NE(bad.err.find("http://127.0.0.1:8080"), std::string::npos) << bad.err;
}

TEST_F(Repl, AKeyIsSentAndTheServersRefusalIsShown) {
  const Outcome made = run_tagline({"key", "create", "--db", db_, "reader", "--format", "json"});
  ASSERT_EQ(made.status, 0) << made.err;
  const std::string key = json::parse(made.out).at("key");
  RunningTagline server({"serve", "--db", db_, "--listen", "127.0.0.1:0"});
  const std::string url = server.line();
  const Outcome refused = run_tagline({"repl", "--server", url}, "vip\n");
  EXPECT_EQ(refused.status, 1);
  EXPECT_NE(refused.err.find("key"), std::string::npos) << refused.err;
  EXPECT_EQ(run_tagline({"repl", "--server", url, "--key", key}, "vip\n").status, 0);
  ::setenv("TAGLINE_KEY", key.c_str(), 1);
  EXPECT_EQ(run_tagline({"repl", "--server", url}, "vip\n").status, 0);
  ::unsetenv("TAGLINE_KEY");
}

TEST_F(Repl, FilesAreWrittenReadAndLoaded) {
  const std::string ids = folder_.path("ids.ndjson");
  const Outcome exported = local("vip AND city:tier1\n\\export " + ids + "\n");
  ASSERT_EQ(exported.status, 0) << exported.err;
  const json counted = json::parse(local("vip AND city:tier1\n", {"--format", "json"}).out);
  const std::string lines = slurp(ids);
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), counted.at("count"));
  EXPECT_FALSE(fs::exists(ids + ".part"));

  const std::string inputs =
      folder_.write("inputs.tql", "# two\nvip AND\n  city:tier1\n\\sum age\n");
  const Outcome run = local("\\i " + inputs + "\n");
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_NE(run.out.find("median"), std::string::npos) << run.out;
  const std::string deep = folder_.path("deep.tql");
  std::ofstream(deep) << "\\i " << deep << "\n";
  EXPECT_EQ(local("\\i " + deep + "\n").status, 2);

  const std::string more = folder_.write("more.csv", "id,city\nnew1,tier1\nnew2,tier9\n");
  const std::string script = "\\load " + more + "\nNOT gender:*\n";
  const Outcome loaded = local(script);
  EXPECT_EQ(loaded.status, 0) << loaded.err;
  EXPECT_NE(loaded.out.find("loaded 2 rows, rejected 0; new users 2"), std::string::npos)
      << loaded.out;
  EXPECT_NE(loaded.out.find("2,002"), std::string::npos) << loaded.out;
  EXPECT_EQ(local("\\load " + folder_.path("nothing.csv") + "\n").status, 1);
  RunningTagline server({"serve", "--db", db_, "--listen", "127.0.0.1:0"});
  const std::string url = server.line();
  const Outcome again = run_tagline({"repl", "--server", url}, script);
  EXPECT_EQ(again.status, 0) << again.err;
  EXPECT_NE(again.out.find("loaded 2 rows, rejected 0; new users 0, known 2"), std::string::npos)
      << again.out;
}

// A line that is wrong by itself takes none of the next with it.
TEST_F(Repl, AnUnfinishedLineLeavesTheNextAlone) {
  const Outcome run = local("vip\nbad:\nage:25-34\n", {"--format", "csv"});
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_NE(run.out.find("\nage:25-34,"), std::string::npos) << run.out;
  const std::string file = folder_.write("err.txt", "vip\nbad:\nage:25-34\n\\quit\nnever\n");
  const Outcome read = local("\\i " + file + "\nvip AND city:tier1\n");
  EXPECT_NE(read.err.find("at:    " + file + ":2\n"), std::string::npos) << read.err;
  EXPECT_EQ(read.err.find("never"), std::string::npos) << read.err;
  EXPECT_NE(read.out.find("vip AND city:tier1"), std::string::npos) << "\\quit ends the file alone";
  // Lines that do belong together are said on one.
  const Outcome joined = local("(vip\n  # both\n  city:tier1)\n");
  EXPECT_NE(joined.err.find("vip AND city:tier1"), std::string::npos) << joined.err;
  EXPECT_EQ(local("vip AND\n  city:tier1\n").status, 0);
  EXPECT_EQ(local("city:(tier1,\n  tier2)\n").status, 0);
}

TEST_F(Repl, ProblemsInJsonSayThatTheyAre) {
  for (const char* wrong : {"cty:tier1\n", "vip\n\\by nosuch\n"}) {
    const std::string out = local(wrong, {"--format", "json"}).out;
    const std::size_t last = out.rfind('\n', out.size() - 2);
    const json problem = json::parse(out.substr(last == std::string::npos ? 0 : last + 1));
    EXPECT_EQ(problem.at("ok"), false) << out;
  }
}

TEST_F(Repl, IdsAreListed) {
  const json counted = json::parse(local("vip AND city:tier1\n", {"--format", "json"}).out);
  const Outcome some = local("vip AND city:tier1\n\\ids 3\n");
  EXPECT_NE(some.out.find("3 of " + std::to_string(counted.at("count").get<int>()) + " ids"),
            std::string::npos)
      << some.out;
  const std::string rows = local("vip AND city:tier1\n\\ids 3\n", {"--format", "csv"}).out;
  const std::string list = rows.substr(rows.find("id\nu"));
  EXPECT_EQ(std::count(list.begin(), list.end(), '\n'), 4);
  EXPECT_EQ(local("vip\n\\名单 3\n").status, 0) << "by another name";
  EXPECT_EQ(local("vip\n\\ids 0\n").status, 2);
  EXPECT_EQ(local("\\ids\n").status, 2);
  EXPECT_NE(local("\\versions\n").err.find("\\history @NAME"), std::string::npos);
}

TEST_F(Repl, SegmentsAreNamedAsTheyAreWritten) {
  const Outcome saved = local("vip\n\\save \"big city\" Of large cities\n@\"big city\"\n");
  EXPECT_EQ(saved.status, 0) << saved.err;
  EXPECT_NE(saved.out.find("saved @\"big city\": "), std::string::npos) << saved.out;
  EXPECT_NE(saved.out.find("its title: Of large cities\n"), std::string::npos) << saved.out;
  // The day of the count, where it is not today.
  EXPECT_NE(saved.out.find(" on 2024-06-15\n"), std::string::npos) << saved.out;
  EXPECT_EQ(run_tagline({"segment", "show", "--db", db_, "@big city"}).status, 0);
  const Outcome renamed = local("\\rename @\"big city\" metro\n@metro\n");
  EXPECT_EQ(renamed.status, 0) << renamed.err;
  EXPECT_NE(renamed.out.find("@\"big city\" is now called @metro\n"), std::string::npos)
      << renamed.out;
  const Outcome deleted = local("\\delete @metro\n");
  EXPECT_NE(deleted.out.find("deleted @metro\n"), std::string::npos) << deleted.out;
  EXPECT_EQ(local("@metro\n").status, 1);
}

// As \\tags: by parts of names and titles, and by what the rule is about, in either language.
TEST_F(Repl, SegmentsAreFoundByWords) {
  ASSERT_EQ(local("vip\n\\save best Our best people\ncity:tier1\n\\save metro\n").status, 0);
  const auto names = [&](const std::string& words) {
    const json list = json::parse(local("\\segments " + words + "\n", {"--format", "json"}).out);
    std::vector<std::string> found;
    for (const json& segment : list.at("segments")) {
      found.push_back(segment.at("name"));
    }
    return found;
  };
  using Names = std::vector<std::string>;
  EXPECT_EQ(names(""), (Names{"best", "metro"}));
  EXPECT_EQ(names("met"), Names{"metro"});
  EXPECT_EQ(names("our people"), Names{"best"});
  EXPECT_EQ(names("城市"), Names{"metro"});
  EXPECT_EQ(names("tier-1"), Names{"metro"});
  EXPECT_EQ(names("best metro"), Names{});
  const Outcome none = local("\\segments nosuch\n");
  EXPECT_EQ(none.status, 0);
  EXPECT_NE(none.out.find("no segment has these words"), std::string::npos) << none.out;
}

// Counts of a day that was set are not called those of now.
TEST_F(Repl, CountsOfSegmentsAreTitledByTheirDay) {
  ASSERT_EQ(local("vip\n\\save vips\n").status, 0);
  const std::string inputs = "\\segments\n\\show @vips\n\\history @vips 2\n";
  const auto times = [](const std::string& text, const std::string& words) {
    std::size_t count = 0;
    for (std::size_t at = text.find(words); at != std::string::npos;
         at = text.find(words, at + 1)) {
      ++count;
    }
    return count;
  };
  const std::string english = local(inputs).out;
  EXPECT_EQ(times(english, "people on 2024-06-15"), 3U) << english;
  EXPECT_EQ(english.find("people now"), std::string::npos) << english;
  const std::string chinese = local(inputs, {"--lang", "zh-CN"}).out;
  EXPECT_EQ(times(chinese, "2024-06-15 的人数"), 3U) << chinese;
  EXPECT_EQ(chinese.find("当前人数"), std::string::npos) << chinese;
  const std::string today = local("\\set as_of today\n" + inputs, {"--lang", "zh-CN"}).out;
  EXPECT_EQ(times(today, "当前人数"), 1U) << today;
  EXPECT_EQ(today.find(" 的人数"), std::string::npos) << today;
  const Outcome listed = run_tagline(
      {"segment", "versions", "--db", db_, "vips", "--as-of", "2024-06-15", "--lang", "zh-CN"});
  EXPECT_NE(listed.out.find("2024-06-15 的人数"), std::string::npos) << listed.out;
}

// The others' mean is that of a count of its own.
TEST_F(Repl, MeansOfOthersAreExact) {
  const json apart = json::parse([&] {
    const std::string out = local("vip\n\\apart\n", {"--format", "json"}).out;
    return out.substr(out.find('\n') + 1);
  }());
  std::size_t means = 0;
  for (const json& each : apart.at("differences")) {
    if (each.at("of") != "mean") {
      continue;
    }
    ++means;
    const std::string tag = each.at("tag");
    for (const auto& [expression, side] :
         {std::pair("vip", "people"), std::pair("NOT vip", "others")}) {
      const json number = json::parse(run_tagline({"query", "--db", db_, expression, "--as-of",
                                                   "2024-06-15", "--sum", tag, "--format", "json"})
                                          .out)
                              .at("number");
      const double mean =
          std::stod(number.at("sum").get<std::string>()) / number.at("known").get<double>();
      EXPECT_NEAR(each.at(side).get<double>(), mean, 1e-6) << tag;
    }
  }
  EXPECT_GT(means, 0U);
}

TEST_F(Repl, WhatIsThereIsReplacedOnlyWhenAsked) {
  // A title of several words needs no quotes, and means the same with them.
  ASSERT_EQ(local("vip\n\\save vips Our best people\n").status, 0);
  EXPECT_NE(local("\\show @vips\n").out.find("Our best people"), std::string::npos);
  ASSERT_EQ(local("NOT @vips\n\\save rest\n").status, 0);
  const Outcome refused = local("city:tier1\n\\save vips\n");
  EXPECT_EQ(refused.status, 1);
  for (const char* part :
       {"@vips is there already: vip (saved on 20", "used by @rest", "write \\save! vips"}) {
    EXPECT_NE(refused.err.find(part), std::string::npos) << part << refused.err;
  }
  const std::string told = local("\\set format json\ncity:tier1\n\\save vips\n").out;
  const std::size_t last = told.find_last_of('\n', told.size() - 2);
  EXPECT_EQ(json::parse(told.substr(last + 1)).at("code"), "changed") << told;
  const Outcome replaced = local("city:tier1\n\\save! vips\n");
  EXPECT_EQ(replaced.status, 0) << replaced.err;
  EXPECT_NE(replaced.out.find("changed @vips"), std::string::npos) << replaced.out;
  EXPECT_NE(local("\\show @vips\n").out.find("city:tier1"), std::string::npos);

  const std::string file = folder_.path("vips.csv");
  ASSERT_EQ(local("vip\n\\export " + file + "\n").status, 0);
  const std::string before = slurp(file);
  const Outcome kept = local("city:tier1\n\\export " + file + "\n");
  EXPECT_EQ(kept.status, 1);
  EXPECT_NE(kept.err.find("\\export! " + file), std::string::npos) << kept.err;
  EXPECT_EQ(slurp(file), before);
  EXPECT_EQ(local("city:tier1\n\\export! " + file + "\n").status, 0);
  EXPECT_NE(slurp(file), before);
  const Outcome unknown = local("vip\n\\export " + folder_.path("vips.foo") + "\n");
  EXPECT_EQ(unknown.status, 2);
  EXPECT_NE(unknown.err.find(".csv, .ndjson (.jsonl) or .roaring"), std::string::npos)
      << unknown.err;
  EXPECT_FALSE(fs::exists(folder_.path("vips.foo")));
}

TEST_F(Repl, WatchingGivesRepliesInTheFormatThatIsSet) {
  const Outcome rows = local("vip\n\\watch 1 1\n", {"--format", "csv"});
  EXPECT_EQ(rows.status, 0) << rows.err;
  EXPECT_TRUE(std::regex_search(
      rows.out,
      std::regex(
          R"(time,expression,count,population,as_of,elapsed_us\n\d\d:\d\d:\d\d,vip,\d+,2000,)")))
      << rows.out;
  const Outcome replies = local("vip\n\\watch 1 1\n", {"--format", "json"});
  const std::size_t second = replies.out.find('\n') + 1;
  const json first = json::parse(replies.out.substr(0, second));
  EXPECT_EQ(json::parse(replies.out.substr(second)).at("count"), first.at("count"));
}

TEST_F(Repl, AReaderKeepsNobodyFromWriting) {
  // The folder is read by one that is not over, and written by another.
  const std::string more = folder_.write("more.csv", "id,city\nnew1,tier1\n");
  RunningTagline server({"serve", "--db", db_, "--listen", "127.0.0.1:0"});
  ASSERT_EQ(server.line().substr(0, 7), "http://");
  const Outcome beside = local("vip\n\\save vips\nvip\n");
  EXPECT_EQ(beside.status, 0) << "counting goes on";
  EXPECT_NE(beside.err.find("serves the database"), std::string::npos) << beside.err;
  // Where to go instead.
  EXPECT_NE(beside.err.find("come back with --server http://127.0.0.1:"), std::string::npos)
      << beside.err;
  const Outcome command = run_tagline({"segment", "save", "--db", db_, "vips", "vip"});
  EXPECT_EQ(command.status, 3);
  EXPECT_NE(command.err.find("tagline repl --server http://127.0.0.1:"), std::string::npos)
      << command.err;
}

TEST_F(Repl, EveryCommandHasHelpAndSaysHowItIsWritten) {
  const std::string list = local("\\help\n").out;
  for (const char* name :
       {"tags",   "tag",     "segments", "save",   "save!",   "export!", "show",  "explain",
        "why",    "profile", "ids",      "delete", "rename",  "by",      "cross", "overlap",
        "top",    "bottom",  "pareto",   "sum",    "history", "diff",    "set",   "watch",
        "export", "i",       "load",     "tour",   "help",    "quit"}) {
    EXPECT_NE(list.find("  \\" + std::string(name)), std::string::npos) << name;
    const Outcome one = local("\\help " + std::string(name) + "\n");
    EXPECT_EQ(one.status, 0);
    EXPECT_NE(one.out.find("e.g. \\" + std::string(name)), std::string::npos) << one.out;
  }
  for (const char* wrong :
       {"\\tag", "\\by", "\\cross city", "\\save", "\\why", "\\diff @a", "\\watch x", "\\export",
        "\\i", "\\load", "\\set limit 0", "\\set colour red", "\\top 1 2 3", "\\pareto", "\\sum",
        "\\overlap", "\\help nonsense"}) {
    const Outcome run = local("vip\n" + std::string(wrong) + "\n");
    EXPECT_EQ(run.status, 2) << wrong;
    EXPECT_NE(run.err.find("hint: "), std::string::npos) << run.err;
  }
  // Pages in both languages, found by words of either, and codes.
  EXPECT_NE(local("\\help dates\n").out.find("last 30d"), std::string::npos);
  EXPECT_NE(local("\\help 抽样\n").out.find("Samples\n"), std::string::npos);
  EXPECT_NE(local("\\help samples\n", {"--lang", "zh-CN"}).out.find("抽样\n"), std::string::npos);
  EXPECT_NE(local("\\help unknown-tag\n").out.find("unknown-tag\n"), std::string::npos);
}

}  // namespace
}  // namespace tagline::tests
