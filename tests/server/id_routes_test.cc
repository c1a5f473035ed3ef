// Ids as streams: forms, one state, ETags, and what slow clients may not do.
#include "engine/bitmap.h"
#include "tests/server/api_fixture.h"
#include "tests/server/loopback.h"

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <thread>

namespace tagline::server {
namespace {

using IdRoutes = ApiTest;

std::string csv_of_users(int from, int to, std::size_t length) {
  std::string csv = "id,vip\n";
  for (int i = from; i < to; ++i) {
    std::string id = std::to_string(i);
    id.insert(0, length - id.size(), 'x');
    csv += id + ",yes\n";
  }
  return csv;
}

engine::Bitmap bitmap_of(const std::string& bytes) {
  return engine::Bitmap::from_portable(std::as_bytes(std::span(bytes))).value();
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_F(IdRoutes, InEveryForm) {
  const std::string all = "/v1/ids?q=vip+OR+NOT+vip&as_of=2026-01-31";
  const HttpReply lines = ask("GET", all);
  ASSERT_EQ(lines.status, 200U) << lines.body;
  EXPECT_EQ(field_of(lines, "Content-Type"), "application/x-ndjson");
  EXPECT_EQ(field_of(lines, "Tagline-Count"), "5");
  EXPECT_EQ(field_of(lines, "Tagline-As-Of"), "2026-01-31");
  EXPECT_EQ(field_of(lines, "Vary"), "Accept");
  EXPECT_EQ(field_of(lines, "Content-Disposition"), "");
  EXPECT_EQ(whole(lines), "\"u1\"\n\"u2\"\n\"u3\"\n\"u4\"\n\"u,\\\"5\"\n");

  const HttpReply csv = ask("GET", all + "&format=csv");
  EXPECT_EQ(field_of(csv, "Content-Type"), "text/csv; charset=utf-8; header=present");
  EXPECT_EQ(field_of(csv, "Content-Disposition"), "attachment; filename=\"ids-2026-01-31.csv\"");
  EXPECT_EQ(whole(csv), "id\nu1\nu2\nu3\nu4\n\"u,\"\"5\"\n");

  const HttpReply roaring =
      ask("GET", "/v1/ids?q=vip", "", {{"Accept", "application/vnd.roaring"}});
  EXPECT_EQ(field_of(roaring, "Content-Type"), "application/vnd.roaring");
  EXPECT_EQ(bitmap_of(whole(roaring)).to_vector(), (std::vector<std::uint32_t>{0, 2, 3}));
}

TEST_F(IdRoutes, NobodyIsAnAnswerToo) {
  const std::string none = "/v1/ids?q=vip+AND+NOT+vip&format=";
  EXPECT_EQ(whole(ask("GET", none + "ndjson")), "");
  EXPECT_EQ(whole(ask("GET", none + "csv")), "id\n");
  EXPECT_TRUE(bitmap_of(whole(ask("GET", none + "roaring"))).empty());
}

TEST_F(IdRoutes, ByBodyAsByAddress) {
  const std::string body = R"({"expression": "vip", "as_of": "2026-01-31", "timeout_ms": 9999})";
  EXPECT_EQ(whole(ask("POST", "/v1/ids", body, {{"Accept", "text/csv"}})), "id\nu1\nu3\nu4\n");
  EXPECT_EQ(whole(ask("POST", "/v1/ids?format=ndjson", body, {{"Accept", "text/csv"}})),
            "\"u1\"\n\"u3\"\n\"u4\"\n");
}

TEST_F(IdRoutes, TheFormIsTheOneTheClientWouldHave) {
  const auto type = [&](const std::string& accept) {
    const HttpReply reply = ask("GET", "/v1/ids?q=vip", "", {{"accept", accept}});
    return reply.status == 200 ? field_of(reply, "Content-Type").substr(0, 20)
                               : std::to_string(reply.status);
  };
  const std::string lines = "application/x-ndjson";
  const std::string csv = "text/csv; charset=ut";
  EXPECT_EQ(type(""), lines);
  EXPECT_EQ(type("*/*"), lines);
  EXPECT_EQ(type("text/*"), csv);
  EXPECT_EQ(type("text/html, Text/CSV ;q=0.5, */*;q=0.1"), csv);
  EXPECT_EQ(type("text/csv;header=present;q=0.9, application/x-ndjson;q=0.8"), csv);
  EXPECT_EQ(type("application/*;q=0.2, application/x-ndjson;q=0"), "application/vnd.roar");
  EXPECT_EQ(type("text/csv;q=0.001"), csv);
  EXPECT_EQ(type("text/csv;q=0"), "406");
  EXPECT_EQ(type("text/html"), "406");
  EXPECT_EQ(type("text/csv;q=nonsense"), "406");
  EXPECT_EQ(type(";;,,"), lines);
  const HttpReply refused = ask("GET", "/v1/ids?q=vip", "", {{"Accept", "text/html"}});
  EXPECT_EQ(body_of(refused)["title"], "Not Acceptable");
  EXPECT_TRUE(has(body_of(refused)["hint"]["en"], "text/csv")) << refused.body;
  EXPECT_EQ(ask("GET", "/v1/ids?q=vip&format=xml").status, 400U);
}

TEST_F(IdRoutes, WhatFailsBeforeTheFirstByteIsAProblem) {
  EXPECT_EQ(ask("GET", "/v1/ids?q=cty:a").status, 422U);
  EXPECT_EQ(ask("HEAD", "/v1/ids?q=cty:a").status, 422U);
  EXPECT_EQ(ask("GET", "/v1/ids").status, 400U);
  EXPECT_EQ(ask("GET", "/v1/ids?q=vip&timeout_ms=x").status, 400U);
  EXPECT_EQ(ask("GET", "/v1/ids?q=vip&as_of=x").status, 400U);
  EXPECT_EQ(ask("POST", "/v1/ids", R"({"expression": "vip", "limit": 5})").status, 400U);
  EXPECT_EQ(ask("GET", "/v1/ids?q=vip+AND+age+%3E+1&timeout_ms=0").status, 504U);
}

TEST_F(IdRoutes, HeadSelectsNobody) {
  const HttpReply got = ask("GET", "/v1/ids?q=vip&format=csv");
  const HttpReply head = ask("HEAD", "/v1/ids?q=vip&format=csv");
  for (const char* name : {"Content-Type", "ETag", "Content-Disposition", "Vary"}) {
    EXPECT_EQ(field_of(got, name), field_of(head, name)) << name;
  }
  EXPECT_TRUE(static_cast<bool>(head.pieces));  // so that no length is told
  EXPECT_EQ(field_of(head, "Tagline-Count"), "");
}

TEST_F(IdRoutes, WhatTheClientHasIsNotGivenAgain) {
  const std::string tag = field_of(ask("GET", "/v1/ids?q=vip&format=csv"), "ETag");
  const auto status = [&](const std::string& query) {
    return ask("GET", "/v1/ids?" + query, "", {{"If-None-Match", tag}}).status;
  };
  EXPECT_EQ(status("q=vip&format=csv"), 304U);
  EXPECT_EQ(status("format=csv&q=vip"), 304U);
  EXPECT_EQ(status("q=vip&format=ndjson"), 200U);
  EXPECT_EQ(status("q=vip+AND+vip&format=csv"), 200U);
  EXPECT_EQ(status("q=vip&format=csv&as_of=2026-01-31"), 200U);
  EXPECT_EQ(ask("POST", "/v1/ids?format=csv", R"({"expression": "vip"})", {{"If-None-Match", tag}})
                .status,
            304U);
  // A count of the same is another answer.
  EXPECT_EQ(ask("GET", "/v1/count?q=vip", "", {{"If-None-Match", tag}}).status, 200U);
  load("id,vip\nu6,yes\n");
  EXPECT_EQ(status("q=vip&format=csv"), 200U);
}

TEST_F(IdRoutes, AllPiecesAreOfTheStateTheyBeganWith) {
  load(csv_of_users(0, 70'000, 8));  // more than a block, and several pieces
  const HttpReply before = ask("GET", "/v1/ids?q=vip&format=csv");
  const auto first = before.pieces();
  load(csv_of_users(70'000, 140'000, 8));
  load("id,vip\nu1,no\n");
  const std::string ids = *first + whole(before);
  EXPECT_EQ(std::count(ids.begin(), ids.end(), '\n'), 70'004);
  EXPECT_TRUE(has(ids, "\nu1\n"));
  EXPECT_TRUE(has(ids, "\nxxx69999\n"));
  EXPECT_FALSE(has(ids, "\nxxx70000\n"));
  EXPECT_LT(first->size(), 256U * 1024);
  EXPECT_EQ(bitmap_of(whole(ask("GET", "/v1/ids?q=vip&format=roaring"))).cardinality(), 140'002U);
}

TEST_F(IdRoutes, TheBudgetHoldsToTheEnd) {
  load(csv_of_users(0, 70'000, 8));
  const HttpReply late = ask("GET", "/v1/ids?q=vip");
  EXPECT_TRUE(late.pieces().has_value());
  budgets_.back().deadline = std::chrono::steady_clock::now();
  const auto piece = late.pieces();
  ASSERT_FALSE(piece.has_value());
  EXPECT_EQ(piece.error().code(), ErrorCode::DeadlineExceeded);
  const HttpReply gone = ask("GET", "/v1/ids?q=vip");
  budgets_.back().cancelled = true;
  EXPECT_EQ(gone.pieces().error().code(), ErrorCode::Cancelled);
}

TEST_F(IdRoutes, ListsOnTheirWayHoldSoMuchTogetherAndNoMore) {
  std::string half = "id,odd\n";
  for (int i = 0; i < 60'000; ++i) {
    half += "x" + std::to_string(i) + (i * 7 % 5 < 2 ? ",yes\n" : ",no\n");
  }
  load(half);
  RoutesOptions options;
  options.memory = 16'000'000;
  make_routes(options);
  std::vector<HttpReply> on_their_way;
  while (on_their_way.empty() || on_their_way.back().status == 200) {
    ASSERT_LT(on_their_way.size(), 1000U);
    on_their_way.push_back(ask("GET", "/v1/ids?q=odd"));
  }
  EXPECT_EQ(on_their_way.back().status, 503U) << on_their_way.back().body;
  EXPECT_EQ(field_of(on_their_way.back(), "Retry-After"), "1");
  EXPECT_GT(on_their_way.size(), 10U);
  on_their_way.front() = HttpReply();
  EXPECT_EQ(ask("GET", "/v1/ids?q=odd").status, 200U);
}

// Over a socket: its client takes nothing while a load needs a larger memory map, for which every
// snapshot has to be gone.
TEST_F(IdRoutes, ASlowClientHoldsNoSnapshot) {
  constexpr int kUsers = 36'000;
  constexpr std::size_t kLength = 250;  // 9 MB: more than the buffers on the way
  load(csv_of_users(0, kUsers, kLength));
  HttpOptions options;
  options.workers = 1;
  Running server(options, [&](const HttpRequest& request, engine::Budget& budget) {
    return routes_->answer(request, budget);
  });
  Client slow(server->port(), 4096);
  slow.send("GET /v1/ids?q=vip&format=csv HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  slow.read_until("\r\n\r\n");
  ASSERT_EQ(service_->store().map_bytes(), kMapBytes);
  for (int from = kUsers; service_->store().map_bytes() == kMapBytes; from += kUsers) {
    load(csv_of_users(from, from + kUsers, kLength));
  }
  // The one worker is free, too.
  Client other(server->port());
  other.send("GET /v1/count?q=vip HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(has(other.read_all(), "\"count\":"));
  while (server->figures().connections > 1) {  // the other's end
    std::this_thread::yield();
  }
  EXPECT_EQ(server->figures().connections, 1U);  // the slow one's reply is still under way
  const std::string all = slow.read_all();
  EXPECT_EQ(all.substr(all.size() - 7), "\r\n0\r\n\r\n");
  EXPECT_TRUE(has(all, std::string(kLength - 5, 'x') + "35999\n"));
  EXPECT_FALSE(has(all, std::string(kLength - 5, 'x') + "36000\n"));
}

}  // namespace
}  // namespace tagline::server
