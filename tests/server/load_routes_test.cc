// /v1/load, /v1/jobs, /v1/schemas, /v1/backup.
#include "server/http/temporary_file.h"
#include "server/load_jobs.h"
#include "tests/server/running_fixture.h"

#include <algorithm>
#include <condition_variable>
#include <fstream>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace tagline::server {
namespace {

using nlohmann::json;

constexpr const char* kCsv = "text/csv";

std::string content_of(const TemporaryFile& file) {
  std::string text(static_cast<std::size_t>(file.size().value()), '\0');
  EXPECT_EQ(file.read(0, std::span(text.data(), text.size())).value(), text.size());
  return text;
}

class LoadRoutes : public RunningRoutes {
 protected:
  json load(const std::string& query, const std::string& body, unsigned status = 200,
            const std::string& type = kCsv) {
    const HttpReply reply = ask("POST", "/v1/load" + query, body, type);
    EXPECT_EQ(reply.status, status) << reply.body;
    job_ = field_of(reply, "Location");
    return body_of(reply);
  }
  std::uint64_t population() { return service_->standing()->population; }
  std::size_t files_incoming() const {
    std::size_t count = 0;
    std::error_code none;
    for (std::filesystem::directory_iterator each(folder_ / "db" / "incoming", none), end;
         !none && each != end; ++each) {
      ++count;
    }
    return count;
  }
  std::string job_;
};

TEST_F(LoadRoutes, ALoadIsReportedAsTheCommandLineReportsIt) {
  const json report = load("?name=tuesday.csv&max_errors=50&wait=true",
                           "id,city,vip,age\nu3,tier1,no,41\nu4,tier2,yes,x\nu5,tier2,yes,50\n");
  EXPECT_EQ(report["rows"], 3);
  EXPECT_EQ(report["rejected"], 1);
  EXPECT_EQ(report["users_new"], 1);
  EXPECT_EQ(report["users_known"], 1);
  EXPECT_EQ(report["first_rejects"][0]["file"], "tuesday.csv");
  EXPECT_EQ(report["first_rejects"][0]["line"], 3);
  EXPECT_EQ(population(), 4U);
  const json job = body_of(ask("GET", job_));
  EXPECT_EQ(job["state"], "done");
  EXPECT_EQ(job["phase"], "over");
  EXPECT_EQ(job["name"], "tuesday.csv");
  EXPECT_EQ("/v1/jobs/" + report["job"].get<std::string>(), job_);
  EXPECT_EQ(job["report"]["rows"], 3);
  EXPECT_EQ(job["error"], nullptr);
  const HttpReply rejects = ask("GET", job_ + "/rejects");
  ASSERT_NE(rejects.file, nullptr);
  const std::string text = content_of(*rejects.file);
  EXPECT_NE(text.find("tuesday.csv"), std::string::npos) << text;
  EXPECT_NE(text.find("u4,tier2,yes,x"), std::string::npos) << text;
  EXPECT_EQ(text.find("incoming"), std::string::npos) << text;
  EXPECT_EQ(files_incoming(), 1U);  // the rejects; the body is gone
}

TEST_F(LoadRoutes, TooManyRejectsChangeNothing) {
  const json problem = load("", "id,city,vip,age\nu8,tier1,no,x\n", 422);
  EXPECT_EQ(problem["code"], "too-many-rejects");
  EXPECT_EQ(population(), 3U);
  const json job = body_of(ask("GET", job_));
  EXPECT_EQ(job["state"], "failed");
  EXPECT_EQ(job["error"]["code"], "too-many-rejects");
  EXPECT_NE(content_of(*ask("GET", job_ + "/rejects").file).find("u8"), std::string::npos);
}

TEST_F(LoadRoutes, EventsOfASavedSchemaAreAddedOnce) {
  const std::string schema =
      R"({"format": "csv", "events": {"user": "who", "event": {"name": "visit"},
      "time": {"column": "at", "format": "%Y-%m-%d"}}})";
  const auto put = ask("PUT", "/v1/schemas/visits", schema);
  EXPECT_EQ(put.status, 201U);
  EXPECT_EQ(field_of(put, "Location"), "/v1/schemas/visits");
  EXPECT_EQ(ask("PUT", "/v1/schemas/visits", schema).status, 200U);
  const json saved = body_of(ask("GET", "/v1/schemas/visits"));
  EXPECT_EQ(saved["schema"]["events"]["user"], "who");
  EXPECT_EQ(body_of(ask("GET", "/v1/schemas"))["schemas"],
            json::parse(R"([{"name": "visits", "of": "events", "format": "csv"}])"));
  const std::string events = "who,at\nu1,2024-05-01\nu2,2024-05-02\n";
  EXPECT_EQ(load("?schema=visits&load_id=day1&name=d1.csv", events)["events"], 2);
  const json again = load("?schema=visits&load_id=day1&name=d2.csv", events + "u3,2024-05-03\n");
  EXPECT_EQ(again["events"], 0);
  EXPECT_EQ(again["skipped"][0]["load_id"], "day1");
  EXPECT_EQ(again["skipped"][0]["file"], "d2.csv");
  EXPECT_EQ(again["skipped"][0]["loaded_from"], "d1.csv");
  EXPECT_EQ(ask("DELETE", "/v1/schemas/visits").status, 200U);
  EXPECT_EQ(ask("DELETE", "/v1/schemas/visits").status, 404U);
  load("?schema=visits", events, 404);
}

TEST_F(LoadRoutes, WhatIsWrongIsRefusedBeforeTheBodyIsRead) {
  ASSERT_EQ(ask("PUT", "/v1/schemas/lines",
                R"({"format": "ndjson", "id": {"column": "id"},
                    "columns": [{"column": "city", "kind": "category"}]})")
                .status,
            201U);
  const struct {
    const char* query;
    const char* type;
    unsigned status;
  } cases[] = {{"?max_errors=101", kCsv, 400},
               {"?max_errors=nan", kCsv, 400},
               {"?max_errors=", kCsv, 400},
               {"?wait=1", kCsv, 400},
               {"?schema=none", kCsv, 404},
               {"?schema=../x", kCsv, 400},
               {"?id=", kCsv, 400},
               {"?files=3", kCsv, 400},
               {"?schema=lines", kCsv, 400},
               {"", "text/html", 415},
               {"", "", 415},
               {"?schema=lines", "application/x-ndjson", 100}};
  for (const auto& each : cases) {
    const HttpRequest request =
        request_of("POST", std::string("/v1/load") + each.query, "", each.type);
    const HttpAdmission body = routes_->admission(request);
    EXPECT_EQ(body.refusal.has_value() ? body.refusal->status : 100U, each.status) << each.query;
    if (body.refusal.has_value()) {
      EXPECT_EQ(body_of(*body.refusal)["status"], each.status);
      EXPECT_EQ(ask("POST", request.target, "id\n1\n", each.type).status, each.status);
    } else {
      EXPECT_EQ(body.bytes_max, std::uint64_t{16} << 30U);
    }
  }
  HttpRequest request = request_of("POST", "/v1/load", "", kCsv);
  request.fields.push_back({"Content-Encoding", "br"});
  EXPECT_EQ(routes_->admission(request).refusal->status, 415U);
  EXPECT_EQ(files_incoming(), 0U);
}

TEST_F(LoadRoutes, ABodyIsWhatItIsSaidToBe) {
  const std::string lines = "{\"id\": \"u7\", \"city\": \"tier1\"}\n";
  const std::string rows = "id,city\nu8,tier1\n";
  const std::string ndjson = "application/x-ndjson";
  EXPECT_NE(load("", lines, 415)["detail"].get<std::string>().find("is NDJSON"), std::string::npos);
  EXPECT_NE(load("", rows, 415, ndjson)["detail"].get<std::string>().find("no object"),
            std::string::npos);
  EXPECT_EQ(body_of(ask("GET", "/v1/jobs"))["jobs"], json::array()) << "nothing was begun";
  EXPECT_EQ(files_incoming(), 0U);
  EXPECT_EQ(load("?wait=true", "\xEF\xBB\xBF\n" + lines, 200, ndjson)["rows"], 1);
  EXPECT_EQ(load("?wait=true", rows)["rows"], 1);
}

TEST_F(LoadRoutes, SchemasAreReadStrictly) {
  for (const char* body : {R"({"format": "csv", "nonsense": 1})", "[]", "{", R"({"id": 3})"}) {
    const HttpReply reply = ask("PUT", "/v1/schemas/a", body);
    EXPECT_EQ(reply.status, 400U) << body;
  }
  for (const char* name : {"a.b", "%2e%2e", "a%2fb", "%20"}) {
    EXPECT_EQ(ask("PUT", std::string("/v1/schemas/") + name, R"({"format": "csv"})").status, 400U)
        << name;
  }
  EXPECT_EQ(ask("PUT", "/v1/schemas/a", "x", "text/plain").status, 415U);
  EXPECT_EQ(body_of(ask("GET", "/v1/schemas"))["schemas"], json::array());
}

TEST_F(LoadRoutes, WithoutWritingThereAreNoLoads) {
  RoutesOptions options;
  options.read_only = true;
  const Routes reading(*service_, options, [] { return ServerStatus{}; });
  engine::Budget budget;
  const HttpRequest request = request_of("POST", "/v1/load", "id\n1\n", kCsv);
  EXPECT_EQ(body_of(reading.answer(request, budget))["code"], "read-only");
  EXPECT_EQ(reading.admission(request).refusal->status, 409U);
  EXPECT_EQ(reading.answer(request_of("PUT", "/v1/schemas/a", "{}"), budget).status, 409U);
  EXPECT_EQ(body_of(reading.answer(request_of("GET", "/v1/jobs"), budget))["jobs"], json::array());
  EXPECT_EQ(reading.answer(request_of("GET", "/v1/jobs/x"), budget).status, 404U);
  EXPECT_EQ(reading.answer(request_of("DELETE", "/v1/jobs/x"), budget).status, 404U);
}

/// Holds the writer, so that a load stays in its commit, until told.
class HeldWriter {
 public:
  explicit HeldWriter(Service& service)
      : thread_([this, &service] {
          static_cast<void>(service.store().write([this](storage::WriteTxn&) -> Status {
            std::unique_lock lock(mutex_);
            held_ = true;
            changed_.notify_all();
            changed_.wait(lock, [this] { return over_; });
            return {};
          }));
        }) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return held_; });
  }
  ~HeldWriter() { let_go(); }
  void let_go() {
    {
      const std::lock_guard lock(mutex_);
      over_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) {
      thread_.join();
    }
  }

 private:
  std::mutex mutex_;  // guards held_ and over_
  std::condition_variable changed_;
  bool held_ = false;
  bool over_ = false;
  std::thread thread_;
};

LoadOrder order_of(const std::filesystem::path& folder, const std::string& content) {
  LoadOrder order;
  order.file = TemporaryFile::make(folder).value();
  EXPECT_TRUE(order.file->append(content).has_value());
  order.name = "a.csv";
  return order;
}

LoadJob over(LoadJobs& jobs, const std::string& id) {
  while (true) {
    if (auto job = jobs.find(id); job->is_over()) {
      return *job;
    }
    std::this_thread::yield();
  }
}

constexpr std::chrono::hours kLong{1};

TEST_F(LoadRoutes, SomeWaitForTheirLoadsAndWhoIsOneTooManyIsToldSo) {
  LoadJobs jobs(*service_, folder_ / "jobs", 2);
  auto writer = std::make_unique<HeldWriter>(*service_);
  const auto until = std::chrono::steady_clock::now() + kLong;
  std::atomic<int> waiting{0};
  std::vector<std::string> ids;
  std::vector<std::optional<LoadWait>> waits(2);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < waits.size(); ++i) {
    ids.push_back(jobs.add(order_of(folder_ / "jobs", "id,city\nu7,tier1\n")).value());
    threads.emplace_back([&, i, id = ids.back()] {
      std::atomic<bool> counted{false};
      waits[i] = jobs.wait(id, until, [&] {  // asked once it has its place
        waiting += counted.exchange(true) ? 0 : 1;
        return false;
      });
    });
  }
  while (waiting < 2) {
    std::this_thread::yield();
  }
  const auto third = jobs.wait(ids[0], until, [] { return false; });
  EXPECT_TRUE(third->turned_away);
  EXPECT_FALSE(third->job.is_over());
  EXPECT_TRUE(jobs.wait_behind(ids[0], until)->turned_away);
  writer.reset();
  for (std::thread& thread : threads) {
    thread.join();
  }
  for (const auto& wait : waits) {
    EXPECT_FALSE(wait->turned_away);
    EXPECT_EQ(wait->job.state, JobState::Done);
  }
  // Of one that is over everybody is told all.
  EXPECT_FALSE(jobs.wait(ids[0], until, [] { return false; })->turned_away);
}

TEST_F(LoadRoutes, WhoWaitsBehindALoadGivesWayToWhoWaitsForOne) {
  LoadJobs jobs(*service_, folder_ / "jobs");
  auto writer = std::make_unique<HeldWriter>(*service_);
  const std::string id = jobs.add(order_of(folder_ / "jobs", "id,city\nu7,tier1\n")).value();
  const auto until = std::chrono::steady_clock::now() + kLong;
  std::optional<LoadWait> behind;
  std::thread editor([&] { behind = jobs.wait_behind(id, until); });
  std::optional<LoadWait> own;
  std::thread loader([&] { own = jobs.wait(id, until, [] { return false; }); });
  editor.join();  // though the load is not over: one place is all there is
  EXPECT_FALSE(behind->job.is_over());
  writer.reset();
  loader.join();
  EXPECT_FALSE(own->turned_away);
  EXPECT_EQ(own->job.state, JobState::Done);
}

TEST_F(LoadRoutes, ALoadThatIsNotOverSaysWhy) {
  HeldWriter writer(*service_);
  engine::Budget gone;
  gone.cancelled = true;  // waits no longer
  HttpRequest request = request_of("POST", "/v1/load?wait=true", "id,city\nu7,tier1\n", kCsv);
  const HttpReply reply = routes_->answer(request, gone);
  EXPECT_EQ(reply.status, 202U);
  const std::string detail = body_of(reply)["detail"];
  EXPECT_NE(detail.find("GET " + field_of(reply, "Location")), std::string::npos) << detail;
}

TEST_F(LoadRoutes, QueuedLoadsAreBoundedAndCancelled) {
  const auto folder = folder_ / "jobs";
  LoadJobs jobs(*service_, folder);
  HeldWriter writer(*service_);
  const std::string first = jobs.add(order_of(folder, "id,city\nu7,tier1\n")).value();
  const auto now = std::chrono::steady_clock::now();
  EXPECT_FALSE(jobs.wait(first, now, [] { return false; })->job.is_over());
  EXPECT_FALSE(jobs.wait(first, now + kLong, [] { return true; })->job.is_over());
  while (jobs.find(first)->state == JobState::Queued) {
    std::this_thread::yield();
  }
  std::vector<std::string> queued;
  for (std::size_t i = 0; i < LoadJobs::kQueuedMax; ++i) {
    queued.push_back(jobs.add(order_of(folder, "id,city\nu8,tier1\n")).value());
  }
  const auto full = jobs.add(order_of(folder, "id\n1\n"));
  ASSERT_FALSE(full.has_value());
  EXPECT_EQ(full.error().code(), ErrorCode::Busy);
  for (const std::string& id : queued) {
    EXPECT_EQ(jobs.cancel(id)->state, JobState::Cancelled);
  }
  EXPECT_FALSE(jobs.cancel("none").has_value());
  writer.let_go();
  EXPECT_EQ(over(jobs, first).state, JobState::Done);
  EXPECT_EQ(population(), 4U);  // u7 alone
  const LoadJobs::Figures figures = jobs.figures();
  EXPECT_EQ(figures.ended[static_cast<std::size_t>(JobState::Cancelled)], LoadJobs::kQueuedMax);
  EXPECT_EQ(figures.rows, 1U);
}

TEST_F(LoadRoutes, WhatWaitsWhenTheServerEndsIsToldOf) {
  const auto folder = folder_ / "jobs";
  LoadJobs jobs(*service_, folder);
  EXPECT_FALSE(jobs.is_busy());
  HeldWriter writer(*service_);
  const std::string first = jobs.add(order_of(folder, "id,city\nu7,tier1\n")).value();
  while (jobs.find(first)->state == JobState::Queued) {
    std::this_thread::yield();
  }
  const std::string second = jobs.add(order_of(folder, "id,city\nu8,tier1\n")).value();
  EXPECT_TRUE(jobs.is_busy());
  std::vector<LoadJob> dropped;
  std::thread closing([&] { dropped = jobs.close(); });
  const auto is_closed = [&] {
    const auto more = jobs.add(order_of(folder, "id\n1\n"));
    return !more.has_value() && more.error().message().en == "the server is ending";
  };
  while (!is_closed()) {
    std::this_thread::yield();
  }
  writer.let_go();
  closing.join();
  const auto told = std::find_if(dropped.begin(), dropped.end(),
                                 [&](const LoadJob& job) { return job.id == second; });
  ASSERT_NE(told, dropped.end());
  EXPECT_EQ(told->name, "a.csv");
  EXPECT_EQ(jobs.find(second)->state, JobState::Cancelled);
  EXPECT_FALSE(jobs.is_busy());
  EXPECT_TRUE(jobs.close().empty());
}

TEST_F(LoadRoutes, RoutesTellOfLoadsThatRunAndOfThoseDropped) {
  EXPECT_FALSE(routes_->is_loading());
  HeldWriter writer(*service_);
  std::thread asking([&] { load("?name=one.csv&wait=true", "id,city\nu7,tier1\n"); });
  while (!routes_->is_loading()) {
    std::this_thread::yield();
  }
  writer.let_go();
  asking.join();
  EXPECT_FALSE(routes_->is_loading());
  EXPECT_TRUE(routes_->end_loads().empty());
  EXPECT_EQ(population(), 4U);
  EXPECT_EQ(ask("POST", "/v1/load", "id\n1\n", kCsv).status, 503U);
}

TEST_F(LoadRoutes, ARunningLoadIsCancelledAndNothingIsChanged) {
  std::atomic<bool> cancelled{false};
  ingest::LoadOptions options;
  options.cancelled = &cancelled;
  options.on_schema = [&](const ingest::Schema&) { cancelled = true; };  // while it reads
  const auto file = folder_ / "more.csv";
  std::ofstream(file) << "id,city\nu9,tier1\n";
  const auto report = service_->load(std::nullopt, {file.string()}, options);
  ASSERT_FALSE(report.has_value());
  EXPECT_EQ(report.error().code(), ErrorCode::Cancelled);
  EXPECT_EQ(population(), 3U);
}

TEST_F(LoadRoutes, JobsThatAreOverAreForgottenInTheEnd) {
  const auto folder = folder_ / "jobs";
  LoadJobs jobs(*service_, folder);
  std::string last;
  for (std::size_t i = 0; i < LoadJobs::kKeptMax + 5; ++i) {
    last = jobs.add(order_of(folder, "")).value();  // nothing in it: fails
    EXPECT_EQ(over(jobs, last).state, JobState::Failed);
  }
  const auto list = jobs.list();
  EXPECT_EQ(list.size(), LoadJobs::kKeptMax);
  EXPECT_EQ(list.front().id, last);
}

TEST_F(LoadRoutes, WhatAKilledServerLeftIsRemoved) {
  const auto incoming = folder_ / "db" / "incoming";
  std::filesystem::create_directories(incoming / "temporary-abc.d");
  std::ofstream(incoming / "temporary-abcdef") << "half a body";
  std::ofstream(incoming / "mine") << "not ours";
  const Routes again(*service_, RoutesOptions{}, [] { return ServerStatus{}; });
  EXPECT_EQ(files_incoming(), 1U);
  EXPECT_TRUE(std::filesystem::exists(incoming / "mine"));
}

TEST_F(LoadRoutes, ABackupIsOneStateWhileAWriterWrites) {
  std::atomic<bool> over{false};
  std::thread writer([&] {
    for (int i = 0; !over; ++i) {
      const auto file = folder_ / "round.csv";
      std::ofstream(file) << "id,city\nr" << i << ",tier" << i % 5 << "\n";
      ASSERT_TRUE(service_->load(std::nullopt, {file.string()}, {}).has_value());
    }
  });
  for (int round = 0; round < 3; ++round) {
    const HttpReply reply = ask("GET", "/v1/backup");
    ASSERT_EQ(reply.status, 200U) << reply.body;
    ASSERT_NE(reply.file, nullptr);
    const auto copy = folder_ / ("copy" + std::to_string(round));
    std::filesystem::create_directories(copy);
    std::ofstream(copy / "data.mdb", std::ios::binary) << content_of(*reply.file);
    const auto restored = Service::open(copy.string(), {}).value();
    const auto standing = restored->standing().value();
    EXPECT_EQ(std::to_string(standing.version), field_of(reply, "Tagline-Version"));
    EXPECT_EQ(std::to_string(standing.population), field_of(reply, "Tagline-Population"));
    EXPECT_TRUE(restored->verify([](std::uint64_t, std::uint64_t) {})->clean());
    // Version n is the first load and n - 1 rounds.
    EXPECT_EQ(standing.population, 3 + standing.version - 1);
    QueryRequest everyone;
    everyone.expression = "city:*";
    EXPECT_EQ(restored->query(everyone)->count, standing.population);
  }
  over = true;
  writer.join();
  EXPECT_EQ(files_incoming(), 0U);
}

TEST_F(LoadRoutes, OneBackupAtATimeUntilItIsSent) {
  {
    const HttpReply first = ask("GET", "/v1/backup");
    ASSERT_EQ(first.status, 200U) << first.body;
    EXPECT_EQ(files_incoming(), 1U);
    const HttpReply second = ask("GET", "/v1/backup");
    EXPECT_EQ(second.status, 503U) << "the first is not sent yet";
    EXPECT_EQ(body_of(second)["code"], "busy");
    EXPECT_EQ(field_of(second, "Retry-After"), "10");
    EXPECT_EQ(files_incoming(), 1U);
    EXPECT_EQ(ask("HEAD", "/v1/backup").status, 200U);
  }
  EXPECT_EQ(files_incoming(), 0U);
  EXPECT_EQ(ask("GET", "/v1/backup").status, 200U);
  EXPECT_EQ(ask("GET", "/v1/backup").status, 200U) << "whose client is gone keeps nobody waiting";
}

TEST_F(LoadRoutes, TheHeadOfABackupCopiesNothing) {
  // With nowhere to put a copy.
  std::filesystem::remove_all(folder_ / "db" / "incoming");
  std::ofstream(folder_ / "db" / "incoming") << "no folder";
  EXPECT_GE(ask("GET", "/v1/backup").status, 500U);
  const HttpReply head = ask("HEAD", "/v1/backup");
  EXPECT_EQ(head.status, 200U);
  EXPECT_EQ(head.file, nullptr);
  EXPECT_TRUE(head.pieces) << "its length is not told";
  EXPECT_EQ(head.body, "");
  EXPECT_EQ(field_of(head, "Content-Type"), "application/octet-stream");
  EXPECT_EQ(field_of(head, "Tagline-Population"), "3");
  EXPECT_EQ(field_of(head, "Tagline-Version"), std::to_string(service_->standing()->version));
}

TEST_F(LoadRoutes, ABackupMayBeTakenWithoutWriting) {
  RoutesOptions options;
  options.read_only = true;
  const Routes reading(*service_, options, [] { return ServerStatus{}; });
  engine::Budget budget;
  EXPECT_EQ(reading.answer(request_of("GET", "/v1/backup"), budget).status, 200U);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "db" / "incoming"));
}

}  // namespace
}  // namespace tagline::server
