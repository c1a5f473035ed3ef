// Names kept from request to request say what a fresh look at the data would say.
#include "server/kept_catalogue.h"

#include "server/answer_json.h"
#include "server/prepared.h"
#include "server/segments.h"
#include "server/service.h"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace tagline::server {
namespace {

class KeptNames : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    storage::OpenOptions options;
    options.mode = storage::OpenMode::Create;
    service_ = Service::open((folder_ / "db").string(), options).value();
    load("id,city,vip\nu1,tier1,yes\nu2,tier2,no\n");
  }
  void TearDown() override {
    service_.reset();
    std::filesystem::remove_all(folder_);
  }
  void load(const std::string& csv) {
    const std::filesystem::path file = folder_ / "users.csv";
    std::ofstream(file) << csv;
    ASSERT_TRUE(service_->load(std::nullopt, {file.string()}, {}).has_value());
  }
  /// All that an editor sees of an expression: its forms, faults, fixes, warnings, people.
  std::string kept(const std::string& expression) {
    std::string seen;
    EXPECT_TRUE(service_
                    ->with_catalogue(std::chrono::sys_days(std::chrono::days(20'000)),
                                     [&](const auto& catalogue, const auto& options) {
                                       seen = checked_json(
                                           dsl::check(expression, catalogue, options), expression);
                                     })
                    .has_value());
    return seen;
  }
  std::string fresh(const std::string& expression) {
    std::string seen;
    EXPECT_TRUE(service_->store()
                    .read([&](const storage::Snapshot& snapshot) -> Status {
                      TAGLINE_ASSIGN_OR_RETURN(
                          const Ground named,
                          ground(snapshot, std::chrono::sys_days(std::chrono::days(20'000))));
                      seen = checked_json(dsl::check(expression, *named.catalogue, named.options),
                                          expression);
                      return {};
                    })
                    .has_value());
    return seen;
  }
  KeptCatalogue::Shared shared() {
    return service_->store()
        .read([&](const storage::Snapshot& snapshot) { return service_->names().of(snapshot); })
        .value();
  }

  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("tagline_kept_names_" + std::to_string(getpid()));
  std::unique_ptr<Service> service_;
};

TEST_F(KeptNames, AreSharedUntilTheDataChanges) {
  const auto before = shared();
  EXPECT_EQ(before, shared());
  load("id,city\nu3,tier3\n");
  const auto after = shared();
  EXPECT_NE(before, after);
  EXPECT_EQ(after, shared());
  // The older one owns what it holds.
  EXPECT_EQ(before->tags[0].values.size(), 2U);
  EXPECT_EQ(after->tags[0].values.size(), 3U);
  EXPECT_FALSE(after->people);
}

TEST_F(KeptNames, AnOlderSnapshotDoesNotTakeTheirPlace) {
  std::atomic<bool> changed{false};
  std::atomic<bool> begun{false};
  std::thread older([&] {
    const auto values = service_->store().read([&](const storage::Snapshot& snapshot) {
      begun = true;
      while (!changed) {
        std::this_thread::yield();
      }
      return service_->names().of(snapshot).map(
          [](const auto& names) { return names->tags[0].values.size(); });
    });
    EXPECT_EQ(values.value(), 2U);
  });
  while (!begun) {
    std::this_thread::yield();
  }
  load("id,city\nu3,tier3\n");
  const auto newest = shared();
  changed = true;
  older.join();
  EXPECT_EQ(newest, shared());
}

TEST_F(KeptNames, SayWhatAFreshLookSays) {
  std::mt19937 random(20260131);
  const auto below = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
  const auto name = [&] { return "n" + std::to_string(below(6)); };
  for (int step = 0; step < 60; ++step) {
    switch (below(4)) {
      case 0:  // a new value, or more people of one
        load("id,city\nw" + std::to_string(below(50)) + "," + name() + "\n");
        break;
      case 1:  // a new tag
        load("id," + name() + "\nu1,v" + std::to_string(below(9)) + "\nu2,w\n");
        break;
      case 2:
        static_cast<void>(
            Segments(service_->store()).save(name(), "city:" + name(), {}, std::nullopt));
        break;
      default:
        static_cast<void>(Segments(service_->store()).remove(name(), true));
        break;
    }
    for (int question = 0; question < 4; ++question) {
      for (const std::string& expression :
           {"city:" + name(), "@" + name(), name() + ":v1", "NOT city:" + name() + " AND vip",
            "citty:" + name() + " OR city:tier"}) {
        ASSERT_EQ(kept(expression), fresh(expression)) << expression;
      }
    }
    QueryRequest request;
    request.expression = "city:(n0, n1, n2, tier1) OR vip";
    const auto answer = service_->query(request);
    const auto again = service_->store().read([&](const storage::Snapshot& snapshot) {
      return prepare(request, snapshot).map([](const Prepared& each) {
        return each.answer.version;
      });
    });
    if (answer.has_value()) {
      EXPECT_EQ(answer->version, again.value());
    } else {
      EXPECT_FALSE(again.has_value());
    }
  }
}

// Value "c<n>" comes with the n-th load, so a state of version v knows exactly the first ones.
TEST_F(KeptNames, AskedWhileSomebodyLoads) {
  constexpr int kLoads = 25;
  const std::uint64_t first = service_->standing()->version;
  std::atomic<bool> done{false};
  std::vector<std::thread> readers;
  for (int reader = 0; reader < 2; ++reader) {
    readers.emplace_back([&] {
      while (!done) {
        for (int n = 1; n <= kLoads; n += 6) {
          QueryRequest request;
          request.expression = "city:c" + std::to_string(n) + " OR city:tier1";
          const auto answer = service_->query(request);
          if (answer.has_value()) {
            EXPECT_GE(answer->version, first + static_cast<std::uint64_t>(n));
            EXPECT_EQ(answer->count, 2U);
          } else {
            ASSERT_FALSE(answer.error().diagnostics.empty());
            EXPECT_EQ(answer.error().diagnostics.front().code, "unknown-value");
          }
        }
      }
    });
  }
  for (int n = 1; n <= kLoads; ++n) {
    load("id,city\nx" + std::to_string(n) + ",c" + std::to_string(n) + "\n");
    QueryRequest request;
    request.expression = "city:c" + std::to_string(n);
    EXPECT_TRUE(service_->query(request).has_value()) << "what is written is known at once";
  }
  done = true;
  for (std::thread& reader : readers) {
    reader.join();
  }
}

}  // namespace
}  // namespace tagline::server
