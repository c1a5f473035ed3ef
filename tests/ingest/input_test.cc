#include "ingest/input.h"

#include "tests/ingest/scratch_folder.h"

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <utility>

namespace tagline::ingest {
namespace {

constexpr std::string_view kText = "id,city\nu1,上海\nu2,北京\n";

/// kText by gzip -9n, xz -9 and zstd -19.
std::string unhex(std::string_view digits) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}
const std::string kGzip = unhex(
    "1f8b0800000000000203cb4cd149ce2ca9e42a35d479b2a3ebd9d6ed5ca5463a4f7ba63fd9b5860b00e2583b5c1c00"
    "0000");
const std::string kXz = unhex(
    "fd377a585a000004e6d6b446020021011c00000010cf58cc01001b69642c636974790a75312ce4b88ae6b5b70a7532"
    "2ce58c97e4baac0a006c182128"
    "6a2d0ef80001341c931aad8f1fb6f37d010000000004595a");
const std::string kZstd =
    unhex("28b52ffd241ce1000069642c636974790a75312ce4b88ae6b5b70a75322ce58c97e4baac0a10a81351");

Result<std::string> read_all(Input& input) {
  std::string all;
  std::array<char, 7> piece{};
  for (;;) {
    TAGLINE_ASSIGN_OR_RETURN(const std::size_t count, input.read(piece));
    if (count == 0) {
      return all;
    }
    all.append(piece.data(), count);
  }
}

Result<std::string> read_file(const std::string& path) {
  TAGLINE_ASSIGN_OR_RETURN(const auto input, Input::open(path));
  return read_all(*input);
}

TEST(Input, TakesBytesThatLieInNoFile) {
  for (const std::string& bytes : {std::string(kText), kGzip, kZstd}) {
    const auto input = Input::over(memory_source(bytes), "made up");
    ASSERT_TRUE(input.has_value());
    EXPECT_EQ((*input)->name(), "made up");
    EXPECT_EQ((*input)->bytes_total(), 0U);
    EXPECT_EQ(read_all(**input).value(), kText);
    EXPECT_EQ((*input)->bytes_consumed(), bytes.size());
  }
  // A source that fails in the middle says why.
  bool first = true;
  const auto broken = Input::over(
      [&first](std::span<char> out) -> Result<std::size_t> {
        if (!std::exchange(first, false)) {
          return failure(ErrorCode::System, {"the well is dry", "无数据"});
        }
        std::fill(out.begin(), out.end(), 'x');
        return out.size();
      },
      "well");
  ASSERT_TRUE(broken.has_value());
  const auto read = read_all(**broken);
  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(read.error().message().en, "the well is dry");
}

TEST(Input, DecompressesByContentNotByName) {
  const ScratchFolder folder;
  EXPECT_EQ(read_file(folder.write("plain.gz", kText)).value(), kText);
  EXPECT_EQ(read_file(folder.write("a.csv", kGzip)).value(), kText);
  EXPECT_EQ(read_file(folder.write("b.csv", kXz)).value(), kText);
  EXPECT_EQ(read_file(folder.write("c.csv", kZstd)).value(), kText);
  EXPECT_EQ(read_file(folder.write("two.gz", kGzip + kGzip)).value(),
            std::string(kText) + std::string(kText));
}

TEST(Input, EmptyFileIsEmpty) {
  const ScratchFolder folder;
  EXPECT_EQ(read_file(folder.write("empty", "")).value(), "");
}

TEST(Input, DamageIsBadInput) {
  const ScratchFolder folder;
  for (const std::string& whole : {kGzip, kXz, kZstd}) {
    const auto cut = read_file(folder.write("cut", whole.substr(0, whole.size() - 12)));
    ASSERT_FALSE(cut.has_value());
    EXPECT_EQ(cut.error().code(), ErrorCode::BadInput);
  }
  // (libarchive does not look at gzip's checksum.)
  for (const std::string& whole : {kXz, kZstd}) {
    std::string changed = whole;
    changed[whole.size() / 2] = static_cast<char>(changed[whole.size() / 2] ^ 0x55);
    const auto damaged = read_file(folder.write("damaged", changed));
    ASSERT_FALSE(damaged.has_value());
    EXPECT_EQ(damaged.error().code(), ErrorCode::BadInput);
  }
}

TEST(Input, MissingFilesAndFolders) {
  const ScratchFolder folder;
  EXPECT_EQ(Input::open((folder.path() / "none").string()).error().code(), ErrorCode::NotFound);
  EXPECT_EQ(Input::open(folder.path().string()).error().code(), ErrorCode::BadInput);
}

TEST(Input, PeekedBytesAreReadAgain) {
  const ScratchFolder folder;
  auto input = Input::open(folder.write("a.xz", kXz)).value();
  EXPECT_EQ(input->peek(5).value(), kText.substr(0, 5));
  EXPECT_FALSE(input->peeked_all());
  EXPECT_EQ(read_all(*input).value(), kText);
  EXPECT_EQ(input->bytes_total(), kXz.size());
  EXPECT_EQ(input->bytes_consumed(), kXz.size());

  auto whole = Input::open(folder.write("b", kText)).value();
  EXPECT_EQ(whole->peek(1000).value(), kText);
  EXPECT_TRUE(whole->peeked_all());
  EXPECT_EQ(read_all(*whole).value(), kText);
}

}  // namespace
}  // namespace tagline::ingest
