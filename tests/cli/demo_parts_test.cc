// The demo's rows, and the tour's script, without a database.
#include "cli/demo/calendar.h"
#include "cli/demo/chance.h"
#include "cli/demo/places.h"
#include "cli/demo/population.h"
#include "cli/repl/apart.h"
#include "cli/repl/tour_script.h"
#include "dsl/display_width.h"

#include <array>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

namespace tagline::cli {
namespace {

constexpr engine::Day kUntil = 19'889;  // 2024-06-15

std::string text_of(const ingest::ByteSource& source) {
  std::string text;
  std::array<char, 1000> piece{};
  for (auto count = source(piece); count.value_or(0) > 0; count = source(piece)) {
    text.append(piece.data(), *count);
  }
  return text;
}

std::string body_of(const std::string& text) {
  return text.substr(text.find('\n') + 1);
}

TEST(Chance, IsSplitMix64) {
  // The first numbers of Vigna's splitmix64.c from the state that Chance(0, 0) begins with: mixing
  // leaves 0 as it is.
  demo::Chance chance(0, 0);
  EXPECT_EQ(chance.next(), 0xE220A8397B1DCDAFU);
  EXPECT_EQ(chance.next(), 0x6E789E6AA1B965F4U);
  EXPECT_EQ(chance.next(), 0x06C45D188009454FU);
}

TEST(Chance, StaysWithinItsBounds) {
  demo::Chance chance(1, 2);
  std::array<int, 3> seen{};
  constexpr std::array<std::uint8_t, 3> kWeights = {1, 0, 3};
  for (int i = 0; i < 4000; ++i) {
    EXPECT_LT(chance.below(7), 7U);
    const std::int32_t between = chance.between(-3, 3);
    EXPECT_TRUE(between >= -3 && between <= 3);
    ++seen[chance.pick(std::span<const std::uint8_t>(kWeights))];
  }
  EXPECT_NEAR(seen[0], 1000, 150);
  EXPECT_EQ(seen[1], 0);
  EXPECT_NEAR(seen[2], 3000, 150);
}

TEST(Calendar, EndsWhenItIsToldAndKnowsItsSeasons) {
  const demo::Calendar calendar(kUntil, 365);
  ASSERT_EQ(calendar.days().size(), 365U);
  EXPECT_EQ(calendar.days().front().text, "2023-06-17");
  EXPECT_EQ(calendar.days().back().text, "2024-06-15");
  EXPECT_EQ(calendar.until(), kUntil);
  const auto on = [&](const std::string& day) {
    for (const demo::CalendarDay& each : calendar.days()) {
      if (each.text == day) {
        return each;
      }
    }
    return demo::CalendarDay{};
  };
  EXPECT_GT(on("2023-11-11").visits, 2 * on("2023-10-18").visits);
  EXPECT_EQ(on("2023-11-11").sale, demo::Campaign::Double11);
  EXPECT_GT(on("2024-05-18").visits, on("2024-05-15").visits) << "Saturday and Wednesday";
  EXPECT_FALSE(on("2024-05-15").sale.has_value());
}

TEST(Places, HaveEveryTierInOrder) {
  std::size_t together = 0;
  for (std::size_t tier = 0; tier < demo::kTierNames.size(); ++tier) {
    const auto among = demo::cities_of(static_cast<demo::Tier>(tier));
    EXPECT_GE(among.size(), 4U);
    together += among.size();
  }
  EXPECT_EQ(together, demo::cities().size());
}

TEST(Population, IsTheSameInWhateverPartsItIsMade) {
  const demo::Population population({600, 5, 365, kUntil});
  const demo::Population other({600, 6, 365, kUntil});
  for (const auto& rows : {&demo::Population::users, &demo::Population::events}) {
    std::atomic<std::uint64_t> made = 0;
    const std::string whole = text_of((population.*rows)(0, 600, &made));
    EXPECT_EQ(made, 600U);
    EXPECT_EQ(whole, text_of((population.*rows)(0, 200, nullptr)) +
                         body_of(text_of((population.*rows)(200, 600, nullptr))));
    EXPECT_NE(whole, text_of((other.*rows)(0, 600, nullptr)));
  }
}

TEST(Population, NumbersPeople) {
  const demo::Population population({20'000'000, 1, 30, kUntil});
  EXPECT_EQ(body_of(text_of(population.users(0, 1, nullptr))).substr(0, 9), "u0000001,");
  EXPECT_EQ(body_of(text_of(population.users(12'345'677, 12'345'678, nullptr))).substr(0, 10),
            "u12345678,");
}

TEST(TourScript, HasTwelveStepsThatAskTheSameInBothLanguages) {
  const TourScript& en = tour_script(dsl::Language::English);
  const TourScript& zh = tour_script(dsl::Language::Chinese);
  EXPECT_EQ(en.steps.size(), 12U);
  ASSERT_EQ(en.steps.size(), zh.steps.size());
  for (std::size_t i = 0; i < en.steps.size(); ++i) {
    ASSERT_EQ(en.steps[i].parts.size(), zh.steps[i].parts.size()) << en.steps[i].title;
    for (std::size_t j = 0; j < en.steps[i].parts.size(); ++j) {
      const TourPart& one = en.steps[i].parts[j];
      const TourPart& two = zh.steps[i].parts[j];
      EXPECT_FALSE(one.text.empty() || two.text.empty()) << one.input;
      EXPECT_FALSE(one.seen.empty() || two.seen.empty()) << one.input;
      EXPECT_EQ(one.input.substr(0, one.input.find(' ')) == one.input,
                two.input.substr(0, two.input.find(' ')) == two.input);
      if (one.input.starts_with('\\')) {
        EXPECT_EQ(one.input.substr(0, one.input.find(' ')),
                  two.input.substr(0, two.input.find(' ')));
        EXPECT_FALSE(one.expression.empty() && i > 0);
      }
    }
  }
  for (const TourScript* script : {&en, &zh}) {
    EXPECT_FALSE(script->intro.empty());
    EXPECT_FALSE(script->outro.empty());
    std::istringstream lines(script->intro + "\n" + script->outro);
    for (std::string line; std::getline(lines, line);) {
      EXPECT_LE(dsl::display_width(line), 100U) << line;
    }
  }
}

TEST(Apart, CountsStandardErrors) {
  // 60 of 100 against 40 of 100: 0.2 less a half of 2 / 100, of sqrt(0.5 * 0.5 * 2 / 100).
  EXPECT_NEAR(errors_apart(Share{60, 100}, Share{40, 100}), 2.687, 0.001);
  EXPECT_NEAR(errors_apart(Share{40, 100}, Share{60, 100}), -2.687, 0.001);
  EXPECT_LT(errors_apart(Share{3, 18}, Share{1, 81}), 3) << "three people are no crowd";
  EXPECT_EQ(errors_apart(Share{1, 3}, Share{1, 4}), 0);
  EXPECT_EQ(errors_apart(Share{5, 5}, Share{7, 7}), 0) << "all of both";
  EXPECT_EQ(errors_apart(Share{0, 0}, Share{7, 9}), 0);
  EXPECT_NEAR(errors_apart(Mean{10, 3, 9}, Mean{8, 4, 16}), 1.414, 0.001);
  EXPECT_EQ(errors_apart(Mean{10, 3, 1}, Mean{8, 4, 16}), 0);
  EXPECT_EQ(errors_apart(Mean{10, 0, 5}, Mean{8, 0, 5}), 0);
}

TEST(TourScript, IsReadFromItsMarks) {
  const TourScript script = TourScript::parse(
      "# T\n\nhello\nthere\n\n## One\n\nsay\n\n    vip\n\n> yes\n> {count}\n\nmore\n\n    \\by "
      "city\n"
      "> no\n\n## Two\n\n    vip AND new\n\n## End\n\nbye\n");
  EXPECT_EQ(script.intro, "hello\nthere");
  EXPECT_EQ(script.outro, "bye");
  ASSERT_EQ(script.steps.size(), 2U);
  ASSERT_EQ(script.steps[0].parts.size(), 2U);
  EXPECT_EQ(script.steps[0].title, "One");
  EXPECT_EQ(script.steps[0].parts[0].text, "say");
  EXPECT_EQ(script.steps[0].parts[0].input, "vip");
  EXPECT_EQ(script.steps[0].parts[0].seen, "yes\n{count}");
  EXPECT_EQ(script.steps[0].parts[1].text, "more");
  EXPECT_EQ(script.steps[0].parts[1].expression, "vip");
  EXPECT_EQ(script.steps[1].parts[0].expression_before, "vip");
}

}  // namespace
}  // namespace tagline::cli
