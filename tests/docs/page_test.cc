// The reader of documentation pages, which must not let an example through unchecked.
#include "tests/docs/page.h"

#include "tests/cli/program.h"

#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>

namespace tagline::tests {
namespace {

const std::string kText = R"(# Title

```segment never-true duplicate
vip
# => 3
# a remark
age >= 30
AND vip
# => 1
```

Prose with # => 9 in it.

```sh
# => 7
```

```segment-error bad-date
signup:7d
signup:8d
```

```console
$ tagline check 'a b'
first
second
$ tagline tags
```
the end
)";

TEST(DocumentPage, FindsExamplesWithTheirExpectations) {
  const TempFolder folder;
  Page page(folder.write("page.md", kText));
  const auto segments = page.examples("segment");
  ASSERT_EQ(segments.size(), 2U);
  EXPECT_EQ(segments[0].line, 4U);
  EXPECT_EQ(segments[0].expected, "3");
  EXPECT_EQ(segments[1].text, "# a remark\nage >= 30\nAND vip\n");
  EXPECT_EQ(segments[1].expected, "1");
  EXPECT_EQ(page.blocks()[0].codes, (std::set<std::string>{"duplicate", "never-true"}));
  EXPECT_EQ(page.examples("segment-error").size(), 2U);
  const auto commands = page.examples("console");
  ASSERT_EQ(commands.size(), 2U);
  EXPECT_EQ(commands[0].expected, "first\nsecond\n");
  EXPECT_EQ(commands[1].expected, "");
}

TEST(DocumentPage, AnExampleWithoutCountIsStillAnExample) {
  const TempFolder folder;
  const Page page(folder.write("page.md", "```segment\nvip\n# => 3\nNOT vip\n```\n"));
  const auto segments = page.examples("segment");
  ASSERT_EQ(segments.size(), 2U);
  EXPECT_EQ(segments[1].expected, "");
}

TEST(DocumentPage, WritesBackWhatItReadAndNewExpectations) {
  const TempFolder folder;
  const std::string path = folder.write("page.md", kText);
  const auto content = [&] {
    std::ifstream in(path);
    return std::string(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  };
  Page page(path);
  page.save();
  EXPECT_EQ(content(), kText);
  page.blocks()[0].examples[0].expected = "42";
  page.save();
  std::string changed = kText;
  changed.replace(changed.find("# => 3"), 6, "# => 42");
  EXPECT_EQ(content(), changed);
}

TEST(DocumentPage, CommandsSplitAsInAShell) {
  EXPECT_EQ(shell_words("tagline  check 'a b' --title \"it's\" ''"),
            (std::vector<std::string>{"tagline", "check", "a b", "--title", "it's", ""}));
}

}  // namespace
}  // namespace tagline::tests
