// `tagline version`, also spelt --version.
#include "tests/cli/program.h"

#include <regex>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace tagline::tests {
namespace {

using nlohmann::json;

TEST(Version, SaysFirstWhatScriptsRead) {
  const Outcome text = run_tagline({"--version"});
  EXPECT_EQ(text.status, 0) << text.err;
  EXPECT_TRUE(std::regex_search(
      text.out, std::regex("^tagline [0-9]+\\.[0-9]+\\.[0-9]+( \\([0-9a-f]+(-dirty)?, "
                           "20[0-9]{2}-[0-9]{2}-[0-9]{2}\\))?\n")))
      << text.out;
  EXPECT_NE(text.out.find("CRoaring 4."), std::string::npos) << text.out;
  EXPECT_NE(text.out.find("compiled in: plain"), std::string::npos) << text.out;
  EXPECT_EQ(run_tagline({"version"}).out, text.out);
  EXPECT_EQ(run_tagline({"query", "--version"}).out, text.out);
  const Outcome chinese = run_tagline({"--lang", "zh-CN", "--version"});
  EXPECT_EQ(chinese.out.substr(0, chinese.out.find('\n')), text.out.substr(0, text.out.find('\n')));
  EXPECT_NE(chinese.out.find("程序库"), std::string::npos) << chinese.out;
}

TEST(Version, IsThereForPrograms) {
  const Outcome outcome = run_tagline({"--version", "--format", "json"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(run_tagline({"version", "--format", "json"}).out, outcome.out);
  const json build = json::parse(outcome.out, nullptr, false);
  ASSERT_FALSE(build.is_discarded()) << outcome.out;
  const std::string line = run_tagline({"--version"}).out;
  EXPECT_EQ(line.rfind("tagline " + build["version"].get<std::string>(), 0), 0U);
  EXPECT_EQ(build["format"]["written"], 8);
  EXPECT_EQ(build["kernels"]["in_use"], build["kernels"]["available"].back());
  EXPECT_EQ(build["libraries"].size(), 4U);
  EXPECT_FALSE(build["compiler"].get<std::string>().empty());
  EXPECT_FALSE(build["type"].get<std::string>().empty());
}

}  // namespace
}  // namespace tagline::tests
