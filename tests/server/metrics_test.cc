// /metrics and /v1/queries.
#include "server/api/metrics.h"

#include "server/api/running_queries.h"
#include "tests/server/running_fixture.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

namespace tagline::server {
namespace {

using nlohmann::json;

/// Samples by name and labels as written; throws where the text is not exposition format 0.0.4 as
/// Prometheus reads it, or breaks its conventions.
std::map<std::string, double> parsed(const std::string& text) {
  std::map<std::string, double> samples;
  std::set<std::string> families;
  std::string family;
  std::string type;
  bool helped = false;
  static const std::regex kName("tagline_[a-z][a-z0-9_]*");
  static const std::regex kSample(
      R"re(([a-z0-9_]+)(?:\{((?:[a-z_]+="(?:[^"\\\n]|\\[\\"n])*",?)*)\})? ([0-9.e+-]+|\+Inf))re");
  std::istringstream lines(text);
  if (text.empty() || text.back() != '\n') {
    throw std::runtime_error("the last line does not end");
  }
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string hash;
    std::string kind;
    std::string name;
    if (line.rfind("# ", 0) == 0) {
      words >> hash >> kind >> name;
      if (kind == "HELP") {
        helped = words.peek() == ' ' && line.size() > 8 + name.size();
        family = name;
        if (!families.insert(name).second) {
          throw std::runtime_error("a family stands twice: " + name);
        }
      } else if (kind == "TYPE" && name == family && helped) {
        words >> type;
      } else {
        throw std::runtime_error("neither HELP nor its TYPE: " + line);
      }
      if (!std::regex_match(name, kName) ||
          (type == "counter" && kind == "TYPE" && name.substr(name.size() - 6) != "_total")) {
        throw std::runtime_error("no name for a " + type + ": " + name);
      }
      continue;
    }
    std::smatch parts;
    if (!std::regex_match(line, parts, kSample)) {
      throw std::runtime_error("no sample: " + line);
    }
    const std::string suffix =
        parts[1].str().rfind(family, 0) == 0 ? parts[1].str().substr(family.size()) : "?";
    const bool fits = type == "histogram"
                          ? suffix == "_bucket" || suffix == "_sum" || suffix == "_count"
                          : suffix.empty();
    if (!fits) {
      throw std::runtime_error("not of the family " + family + ": " + line);
    }
    const std::string key = line.substr(0, line.rfind(' '));
    if (!samples.emplace(key, std::stod(parts[3])).second) {
      throw std::runtime_error("stands twice: " + line);
    }
  }
  return samples;
}

class MetricsTest : public RunningRoutes {
 protected:
  std::map<std::string, double> metrics() {
    const HttpReply reply = ask("GET", "/metrics");
    EXPECT_EQ(field_of(reply, "Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
    return parsed(reply.body);
  }
};

TEST_F(MetricsTest, ReadsAsExpositionFormatAndSaysWhatThereIs) {
  const auto now = metrics();
  EXPECT_EQ(now.at("tagline_build_info{version=\"1.2.3\",commit=\"abc1234\"}"), 1);
  EXPECT_EQ(now.at("tagline_database_population"), 3);
  EXPECT_EQ(now.at("tagline_database_version"), static_cast<double>(service_->standing()->version));
  EXPECT_GT(now.at("tagline_database_bytes"), 4096);
  EXPECT_GE(now.at("tagline_database_map_bytes"), now.at("tagline_database_bytes"));
  EXPECT_GT(now.at("tagline_process_resident_memory_bytes"), 1 << 20);
  EXPECT_GE(now.at("tagline_process_open_fds"), 3);
  EXPECT_EQ(now.at("tagline_http_connections_total"), 9);
  EXPECT_EQ(now.at("tagline_cache_max_bytes"), 1 << 20);
}

TEST_F(MetricsTest, CountsRequestsByRouteMethodAndStatus) {
  HttpOutcome outcome;
  const auto ended = [&](const std::string& target, std::chrono::nanoseconds elapsed) {
    const HttpReply reply = ask("GET", target);
    outcome.status = reply.status;
    outcome.route = reply.route;
    outcome.elapsed = elapsed;
    outcome.received = 10;
    outcome.sent = 100;
    outcome.waited = std::chrono::microseconds(200);
    outcome.written = true;
    routes_->note(outcome);
  };
  ended("/v1/count?q=vip", std::chrono::microseconds(100));  // on the bound: within it
  ended("/v1/count?q=vip", std::chrono::microseconds(300));
  ended("/v1/count?q=nonsense", std::chrono::seconds(31));
  ended("/v1/nothing/a\"b\\c", std::chrono::seconds(1));
  const auto now = metrics();
  const std::string count = "route=\"/v1/count\",method=\"GET\"";
  EXPECT_EQ(now.at("tagline_http_requests_total{" + count + ",status=\"200\"}"), 2);
  EXPECT_EQ(now.at("tagline_http_requests_total{" + count + ",status=\"422\"}"), 1);
  EXPECT_EQ(now.at("tagline_http_requests_total{route=\"other\",method=\"other\",status=\"404\"}"),
            1);
  const std::string bucket = "tagline_http_request_duration_seconds_bucket{" + count + ",le=\"";
  EXPECT_EQ(now.at(bucket + "0.0001\"}"), 1);
  EXPECT_EQ(now.at(bucket + "0.00025\"}"), 1);
  EXPECT_EQ(now.at(bucket + "0.0005\"}"), 2);
  EXPECT_EQ(now.at(bucket + "30\"}"), 2);
  EXPECT_EQ(now.at(bucket + "+Inf\"}"), 3);
  EXPECT_EQ(now.at("tagline_http_request_duration_seconds_count{" + count + "}"), 3);
  EXPECT_NEAR(now.at("tagline_http_request_duration_seconds_sum{" + count + "}"), 31.0004, 1e-9);
  EXPECT_EQ(now.at("tagline_http_queue_wait_seconds_count"), 4);
  EXPECT_EQ(now.at("tagline_http_received_bytes_total"), 40);
  EXPECT_EQ(now.at("tagline_http_sent_bytes_total"), 400);
}

TEST_F(MetricsTest, RepliesThatBreakOffAreCounted) {
  HttpOutcome outcome;
  outcome.status = 200;
  outcome.route = ask("GET", "/v1/count?q=vip").route;
  for (const bool whole : {true, false, true, false}) {
    outcome.written = whole;
    routes_->note(outcome);
  }
  const auto now = metrics();
  const std::string count = "route=\"/v1/count\",method=\"GET\"";
  EXPECT_EQ(now.at("tagline_http_requests_total{" + count + ",status=\"200\"}"), 4);
  EXPECT_EQ(now.at("tagline_http_replies_broken_off_total{" + count + "}"), 2);
  EXPECT_EQ(now.at("tagline_http_replies_broken_off_total{route=\"/v1/ids\",method=\"GET\"}"), 0);
}

TEST_F(MetricsTest, StreamsAreAnsweredWhenTheyAreWhole) {
  const auto outcomes = [&] {
    const auto now = metrics();
    std::map<std::string, double> found;
    for (const char* each : {"answered", "refused", "cancelled", "deadline", "broken_off"}) {
      found[each] = now.at(std::string("tagline_queries_total{outcome=\"") + each + "\"}");
    }
    return found;
  };
  std::map<std::string, double> expected = outcomes();
  const auto stream = [&](const char* ends, auto&& take) {
    engine::Budget budget;
    {
      HttpReply reply = routes_->answer(request_of("GET", "/v1/ids?q=vip"), budget);
      ASSERT_EQ(reply.status, 200U);
      EXPECT_EQ(metrics().at("tagline_queries_running"), 1);
      take(reply, budget);
    }
    ++expected[ends];
    EXPECT_EQ(outcomes(), expected) << ends;
  };
  stream("answered", [](HttpReply& reply, engine::Budget&) {
    while (!reply.pieces().value().empty()) {
    }
  });
  stream("broken_off", [](HttpReply&, engine::Budget&) {});
  stream("broken_off",
         [](HttpReply& reply, engine::Budget&) { EXPECT_FALSE(reply.pieces().value().empty()); });
  stream("cancelled", [](HttpReply&, engine::Budget& budget) { budget.cancelled = true; });
  stream("deadline", [](HttpReply& reply, engine::Budget& budget) {
    budget.deadline = std::chrono::steady_clock::now();
    EXPECT_FALSE(reply.pieces().has_value());
  });
}

TEST_F(MetricsTest, StatusCountsQueriesAndNotItself) {
  EXPECT_EQ(body_of(ask("GET", "/v1/status"))["queries_running"], 0);
  engine::Budget budget;
  {
    const HttpReply reply = routes_->answer(request_of("GET", "/v1/ids?q=vip"), budget);
    EXPECT_EQ(body_of(ask("GET", "/v1/status"))["queries_running"], 1);
    const json queries = body_of(ask("GET", "/v1/queries"))["queries"];
    ASSERT_EQ(queries.size(), 1U);
    EXPECT_EQ(queries[0]["route"], "/v1/ids");
  }
  EXPECT_EQ(body_of(ask("GET", "/v1/status"))["queries_running"], 0);
}

TEST_F(MetricsTest, RefusalsAreCountedByReason) {
  HttpOutcome outcome;
  outcome.refused = true;
  for (const unsigned status : {503U, 503U, 413U, 499U, 7U, 100'000U}) {
    outcome.status = status;
    routes_->note(outcome);
  }
  const auto now = metrics();
  EXPECT_EQ(now.at("tagline_http_refusals_total{reason=\"busy\"}"), 2);
  EXPECT_EQ(now.at("tagline_http_refusals_total{reason=\"body_too_large\"}"), 1);
  EXPECT_EQ(now.at("tagline_http_refusals_total{reason=\"other\"}"), 3);
}

TEST_F(MetricsTest, QueriesAreCountedByHowTheyEnded) {
  static_cast<void>(ask("GET", "/v1/count?q=vip"));
  static_cast<void>(ask("GET", "/v1/count?q=nonsense"));
  static_cast<void>(ask("GET", "/v1/schemas"));  // no query
  engine::Budget budget;
  budget.cancelled = true;
  const HttpReply cancelled =
      routes_->answer(request_of("GET", "/v1/count?q=city:tier1%20OR%20age:20-30"), budget);
  EXPECT_EQ(cancelled.status, 409U);
  EXPECT_EQ(body_of(cancelled)["code"], "cancelled");
  const auto now = metrics();
  EXPECT_EQ(now.at("tagline_queries_total{outcome=\"answered\"}"), 1);
  EXPECT_EQ(now.at("tagline_queries_total{outcome=\"refused\"}"), 1);
  EXPECT_EQ(now.at("tagline_queries_total{outcome=\"cancelled\"}"), 1);
  EXPECT_GT(now.at("tagline_query_seconds_total"), 0);
  EXPECT_EQ(now.at("tagline_queries_running"), 0);
  EXPECT_GT(now.at("tagline_cache_misses_total"), 0);
}

TEST(Labels, AreEscaped) {
  EXPECT_EQ(MetricsText::label("a", "x\"y\\z\nw"), R"(a="x\"y\\z\nw")");
}

TEST_F(MetricsTest, RunningQueriesAreListedAndCancelled) {
  RunningQueries queries;
  engine::Budget budget;
  engine::Budget other;
  HttpRequest request = request_of("GET", "/v1/count");
  auto quiet = queries.enter(request, "/v1/tags", other);
  auto place = queries.enter(request, "/v1/count", budget);
  EXPECT_TRUE(queries.list().empty());          // neither is a query yet
  place->asks(std::string(199, 'x') + "城市");  // cut before the character that does not fit
  place->asks("a second one");
  place->asked_with("dashboard", "0123456789ab");
  const auto list = queries.list();
  ASSERT_EQ(list.size(), 1U);
  EXPECT_EQ(list[0].id, "r1");
  EXPECT_EQ(list[0].route, "/v1/count");
  EXPECT_EQ(list[0].key, "dashboard");
  EXPECT_EQ(list[0].expression, std::string(199, 'x') + "…");
  EXPECT_EQ(queries.list("0123456789ab").size(), 1U);
  EXPECT_TRUE(queries.list("another").empty());
  EXPECT_EQ(queries.cancel("r1", "another"), 0U);
  EXPECT_FALSE(budget.cancelled);
  EXPECT_EQ(queries.cancel("r2"), 0U);
  EXPECT_EQ(queries.cancel("r1"), 1U);
  EXPECT_TRUE(budget.cancelled);
  EXPECT_FALSE(other.cancelled);
  place->ends(409);
  place.reset();
  EXPECT_EQ(queries.cancel("r1"), 0U);
  EXPECT_EQ(queries.figures().cancelled, 1U);
  EXPECT_EQ(body_of(ask("GET", "/v1/queries"))["queries"], json::array());
  EXPECT_EQ(ask("DELETE", "/v1/queries/r1").status, 404U);
}

}  // namespace
}  // namespace tagline::server
