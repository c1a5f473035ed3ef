// `tagline serve` as a process: over its socket, and told to end.
#include "tests/cli/program.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <netinet/in.h>
#include <sstream>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace tagline::tests {
namespace {

using nlohmann::json;

/// One request and its whole reply, on a connection of its own.
std::string talk(const std::string& url, const std::string& request) {
  const auto port = static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::string reply;
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) {
    static_cast<void>(::send(socket, request.data(), request.size(), MSG_NOSIGNAL));
    char bytes[4096];
    for (ssize_t size = 0; (size = ::recv(socket, bytes, sizeof(bytes), 0)) > 0;) {
      reply.append(bytes, static_cast<std::size_t>(size));
    }
  }
  ::close(socket);
  return reply;
}

std::string get(const std::string& url, const std::string& target) {
  return talk(url, "GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
}

json body_of(const std::string& reply) {
  return json::parse(reply.substr(reply.find("\r\n\r\n") + 4));
}

class Serve : public testing::Test {
 protected:
  void SetUp() override {
    db_ = folder_.path("db");
    const std::string users =
        folder_.write("users.csv", "id,city,vip\nu1,a,yes\nu2,a,no\nu3,b,no\n");
    ASSERT_EQ(run_tagline({"load", "--db", db_, users}).status, 0);
  }
  TempFolder folder_;
  std::string db_;
};

TEST_F(Serve, AnswersWhileOthersWriteAndEndsWhenTold) {
  RunningTagline server({"serve", "--db", db_, "--listen", "127.0.0.1:0", "--read-only"});
  const std::string url = server.line();
  ASSERT_EQ(url.substr(0, 17), "http://127.0.0.1:") << url;
  EXPECT_EQ(body_of(get(url, "/v1/count?q=city:a"))["count"], 2);
  // Another process loads; the next answer is of the new state, though answers are kept.
  const std::string more = folder_.write("more.csv", "id,city,vip\nu4,a,yes\n");
  ASSERT_EQ(run_tagline({"load", "--db", db_, more}).status, 0);
  EXPECT_EQ(body_of(get(url, "/v1/count?q=city:a"))["count"], 3);
  EXPECT_EQ(body_of(get(url, "/v1/status"))["population"], 4);
  EXPECT_EQ(body_of(get(url, "/v1/count?q=cty:a"))["code"], "unknown-tag");
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait(), 0);
}

TEST_F(Serve, WhereItCannotListenItSaysSo) {
  RunningTagline server({"serve", "--db", db_, "--listen", "127.0.0.1:0", "--read-only"});
  const std::string url = server.line();
  const std::string taken = url.substr(7);
  const Outcome second = run_tagline({"serve", "--db", db_, "--listen", taken, "--read-only"});
  EXPECT_EQ(second.status, 3);
  EXPECT_NE(second.err.find("cannot listen on " + taken), std::string::npos) << second.err;
  EXPECT_NE(second.err.find("--listen"), std::string::npos);
  server.signal(SIGINT);
  EXPECT_EQ(server.wait(), 0);
}

TEST_F(Serve, ListensOnLocalhost) {
  for (const char* listen : {"localhost:0", "LocalHost:0"}) {
    RunningTagline server({"serve", "--db", db_, "--listen", listen, "--read-only"});
    const std::string url = server.line();
    // And needs no key, as on every address of this machine alone.
    ASSERT_EQ(url.substr(0, 17), "http://127.0.0.1:") << url;
    EXPECT_EQ(body_of(get(url, "/v1/count?q=city:a"))["count"], 2);
    server.signal(SIGTERM);
    EXPECT_EQ(server.wait(), 0);
  }
}

// One JSON object a line, and nothing else.
std::vector<json> log_lines(const std::string& text) {
  std::vector<json> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    lines.push_back(json::parse(line, nullptr, false));
    EXPECT_TRUE(lines.back().is_object()) << line;
  }
  return lines;
}

TEST_F(Serve, WithALogOfJsonItsFaultsAreLinesOfIt) {
  RunningTagline server({"serve", "--db", db_, "--listen", "127.0.0.1:0", "--read-only"});
  const std::string taken = server.line().substr(7);
  const struct {
    std::vector<std::string> options;
    const char* code;
    std::string words;
  } cases[] = {{{"--listen", taken}, "system", "cannot listen on " + taken},
               {{"--listen", "0.0.0.0:0"}, "forbidden", "there is no key yet"},
               {{"--listen", "127.0.0.1:0", "--tls-cert", folder_.path("no.pem"), "--tls-key",
                 folder_.path("no.pem")},
                nullptr,
                "no.pem"}};
  for (const auto& each : cases) {
    std::vector<std::string> arguments = {"serve", "--db", db_, "--read-only"};
    arguments.insert(arguments.end(), each.options.begin(), each.options.end());
    const Outcome plain = run_tagline(arguments);
    EXPECT_EQ(plain.err.substr(0, 7), "error: ") << plain.err;
    arguments.insert(arguments.end(), {"--log-format", "json"});
    const Outcome run = run_tagline(arguments);
    EXPECT_EQ(run.status, plain.status);
    EXPECT_NE(run.status, 0);
    EXPECT_EQ(run.out, "");
    const auto lines = log_lines(run.err);
    ASSERT_EQ(lines.size(), 1U) << run.err;
    EXPECT_EQ(lines[0]["event"], "fault");
    EXPECT_EQ(lines[0]["level"], "error");
    EXPECT_NE(lines[0]["message"].get<std::string>().find(each.words), std::string::npos)
        << run.err;
    EXPECT_TRUE(each.code == nullptr || lines[0]["code"] == each.code) << run.err;
  }
  const Outcome none = run_tagline({"serve", "--db", folder_.path("none"), "--log-format", "json"});
  EXPECT_EQ(none.status, 3);
  const auto lines = log_lines(none.err);
  ASSERT_EQ(lines.size(), 1U) << none.err;
  EXPECT_EQ(lines[0]["code"], "not-found");
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait(), 0);
}

TEST_F(Serve, AddressesAreChecked) {
  for (const char* listen : {"host:http", "127.0.0.1:70000", "::1:80", "1.2.3.4:", "80 80"}) {
    const Outcome run = run_tagline({"serve", "--db", db_, "--listen", listen});
    EXPECT_EQ(run.status, 2) << listen;
    EXPECT_NE(run.err.find("ADDRESS:PORT"), std::string::npos) << run.err;
  }
  // Numbers out of range, in words.
  for (const auto& [option, value, words] :
       {std::array{"--workers", "0", "--workers is a number from 1 to 96, not 0"},
        std::array{"--cache", "-1", "--cache is a plain number, not -1"},
        std::array{"--timeout", "0", "--timeout is a number of seconds from 0.001 to 86400, not 0"},
        std::array{"--memory", "0", "--memory is a number of MiB from 1 to 16777216, not 0"}}) {
    const Outcome run = run_tagline({"serve", "--db", db_, option, value});
    EXPECT_EQ(run.status, 2) << option;
    EXPECT_NE(run.err.find(words), std::string::npos) << run.err;
  }
  const Outcome none = run_tagline({"serve", "--db", folder_.path("none")});
  EXPECT_EQ(none.status, 3);
  EXPECT_EQ(none.out, "");
}

TEST_F(Serve, SettingsComeFromTheCommandLineTheEnvironmentAndAFile) {
  const std::string file = folder_.write("serve.toml", "# settings\ndb = \"" + db_ +
                                                           "\"\nworkers = 3\nthreads = 2 # two\n"
                                                           "read-only = true\ncache = \"7\"\n");
  ::setenv("TAGLINE_THREADS", "4", 1);
  ::setenv("TAGLINE_CACHE", "9", 1);
  const Outcome shown = run_tagline({"serve", "--config", file, "--cache", "5", "--print-config"});
  ::unsetenv("TAGLINE_THREADS");
  ::unsetenv("TAGLINE_CACHE");
  EXPECT_EQ(shown.status, 0) << shown.err;
  for (const std::string& line :
       {"db = \"" + db_ + "\"  # " + file + ", line 2", "workers = 3  # " + file + ", line 3",
        std::string("threads = 4  # TAGLINE_THREADS"), "read-only = true  # " + file + ", line 5",
        std::string("cache = 5  # command line"), std::string("slow-ms = 1000  # default"),
        std::string("listen = \"127.0.0.1:8080\"  # default")}) {
    EXPECT_NE(shown.out.find(line + "\n"), std::string::npos) << line << "\n" << shown.out;
  }
  // What is shown is a file of settings again.
  const std::string again = folder_.write("again.toml", shown.out);
  EXPECT_EQ(run_tagline({"serve", "--config", again, "--print-config"}).status, 0);
}

TEST_F(Serve, VariablesThatAreNoSettingsAreRefused) {
  const auto print_with = [&](const char* variable, const char* value) {
    ::setenv(variable, value, 1);
    const Outcome run = run_tagline({"serve", "--db", db_, "--print-config"});
    ::unsetenv(variable);
    return run;
  };
  const Outcome misspelt = print_with("TAGLINE_WORKER", "4");
  EXPECT_EQ(misspelt.status, 2);
  EXPECT_EQ(misspelt.out, "");
  EXPECT_NE(misspelt.err.find("the environment variable TAGLINE_WORKER is no setting"),
            std::string::npos)
      << misspelt.err;
  EXPECT_NE(misspelt.err.find("TAGLINE_WORKERS is the closest"), std::string::npos) << misspelt.err;
  for (const auto& [variable, value] :
       {std::pair("TAGLINE_PRINT_CONFIG", "true"), std::pair("TAGLINE_PORT", "8080"),
        std::pair("TAGLINE_", "x"), std::pair("TAGLINE_workers", "2")}) {
    EXPECT_EQ(print_with(variable, value).status, 2) << variable;
  }
  // Tests' own, a container platform's, and what only looks alike.
  for (const auto& [variable, value] :
       {std::pair("TAGLINE_SEED", "1"), std::pair("TAGLINE_SERVICE_HOST", "10.0.0.1"),
        std::pair("TAGLINE_PORT", "tcp://10.0.0.1:8080"),
        std::pair("TAGLINE_PORT_8080_TCP_ADDR", "10.0.0.1"), std::pair("TAGLINES", "x"),
        std::pair("TAGLINE_CONFIG", "")}) {
    EXPECT_EQ(print_with(variable, value).status, 0) << variable;
  }
  // No other command reads settings.
  ::setenv("TAGLINE_WORKER", "4", 1);
  EXPECT_EQ(run_tagline({"query", "--db", db_, "vip"}).status, 0);
  EXPECT_EQ(run_tagline({"serve", "--help"}).status, 0);
  ::unsetenv("TAGLINE_WORKER");
}

TEST_F(Serve, PrivacyFloorsAreASettingOfManyValues) {
  const std::string file =
      folder_.write("serve.toml", "privacy-floor = [\"viewer=10\", \"admin=5\"]");
  const Outcome shown = run_tagline({"serve", "--db", db_, "--config", file, "--print-config"});
  EXPECT_EQ(shown.status, 0) << shown.err;
  EXPECT_NE(shown.out.find("privacy-floor = [\"viewer=10\", \"admin=5\"]"), std::string::npos)
      << shown.out;
  RunningTagline server({"serve", "--db", db_, "--listen", "127.0.0.1:0", "--config", file});
  const std::string url = server.line();
  ASSERT_EQ(url.substr(0, 7), "http://");
  EXPECT_NE(get(url, "/v1/tags").find("yours is 5 people"), std::string::npos);
}

TEST_F(Serve, FaultsOfSettingsAreToldWithTheirLine) {
  const struct {
    const char* text;
    const char* words;
  } cases[] = {{"\nnonsense = 1\n", "line 2: there is no setting nonsense"},
               {"workers = \"many\"", "line 1: --workers is a plain number, not many"},
               {"workers = 0", "line 1: --workers is a number from 1 to 96, not 0"},
               {"workers = true", "line 1: workers: expected a text or a number"},
               {"read-only = 1", "line 1: read-only: expected true or false"},
               {"workers = [1]", "line 1: workers: expected one value, no list"},
               {"workers", "line 1: found the end of the line, expected NAME = VALUE"},
               {"listen = 127.0.0.1:80", "line 1: found \":80\", expected the end of the line"},
               {"listen = \"x", "expected \" at the end of the text"},
               {"listen = x", "expected a text in double quotes"},
               {"[serve]", "expected NAME = VALUE"},
               {"threads = 1\nthreads = 2", "line 2: threads stands in line 1 already"},
               {"config = \"x\"", "there is no setting config"}};
  for (const auto& each : cases) {
    const std::string file = folder_.write("serve.toml", each.text);
    const Outcome run = run_tagline({"serve", "--db", db_, "--config", file, "--print-config"});
    EXPECT_EQ(run.status, 2) << each.text;
    EXPECT_NE(run.err.find(each.words), std::string::npos) << each.text << "\n" << run.err;
    EXPECT_NE(run.err.find("serve.toml"), std::string::npos) << run.err;
  }
  EXPECT_EQ(run_tagline({"serve", "--config", folder_.path("none")}).status, 2);
}

std::string post(const std::string& url, const std::string& target, const std::string& body,
                 const std::string& type = "text/csv") {
  return talk(url, "POST " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" +
                       "Content-Type: " + type +
                       "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
}

TEST_F(Serve, CommitsThatAreSyncedLaterAreThereAfterAKill) {
  for (const std::string& wrong : {std::string("never"), std::string("interval=0"),
                                   std::string("interval=10001"), std::string("interval=5ms")}) {
    EXPECT_EQ(run_tagline({"serve", "--db", db_, "--durability", wrong}).status, 2) << wrong;
  }
  const Outcome shown =
      run_tagline({"serve", "--db", db_, "--durability", "interval=10000", "--print-config"});
  EXPECT_NE(shown.out.find("durability = \"interval=10000\"  # command line"), std::string::npos)
      << shown.out;
  {
    RunningTagline server(
        {"serve", "--db", db_, "--listen", "127.0.0.1:0", "--durability", "interval=10000"});
    const std::string url = server.line();
    for (int i = 0; i < 5; ++i) {
      const std::string user = std::to_string(i);
      const json done = body_of(post(
          url, "/v1/ingest", "[{\"user\": \"late" + user + "\", \"set\": {\"city\": \"late\"}}]",
          "application/json"));
      EXPECT_EQ(done["applied"], 1) << done;
    }
    server.signal(SIGKILL);
    server.wait();
  }
  EXPECT_EQ(run_tagline({"verify", "--db", db_}).status, 0);
  const Outcome counted = run_tagline({"query", "--db", db_, "city:late", "--format", "json"});
  EXPECT_EQ(json::parse(counted.out)["count"], 5) << counted.err;
}

TEST_F(Serve, LoadsAndIsBackedUpWhileItAnswers) {
  RunningTagline server({"serve", "--db", db_, "--listen", "127.0.0.1:0"});
  const std::string url = server.line();
  std::string users = "id,city,vip\n";
  for (int i = 0; i < 100'000; ++i) {
    users += "n" + std::to_string(i) + ",c,no\n";  // more than an ordinary body may have
  }
  const std::string reply = post(url, "/v1/load?wait=true", users);
  ASSERT_EQ(reply.substr(0, 12), "HTTP/1.1 200") << reply;
  EXPECT_EQ(body_of(reply)["users_new"], 100'000);
  EXPECT_EQ(body_of(get(url, "/v1/count?q=city:c"))["count"], 100'000);
  const std::string copy = get(url, "/v1/backup");
  ASSERT_EQ(copy.substr(0, 12), "HTTP/1.1 200");
  EXPECT_NE(copy.find("Tagline-Version: 2\r\n"), std::string::npos);
  std::filesystem::create_directories(folder_.path("copy"));
  static_cast<void>(folder_.write("copy/data.mdb", copy.substr(copy.find("\r\n\r\n") + 4)));
  EXPECT_EQ(run_tagline({"verify", "--db", folder_.path("copy")}).status, 0);
  const Outcome counted =
      run_tagline({"query", "--db", folder_.path("copy"), "city:c", "--format", "json"});
  EXPECT_EQ(json::parse(counted.out)["count"], 100'000) << counted.err;
  // The command beside the server.
  const std::string second = folder_.path("second");
  const Outcome made = run_tagline({"backup", "--db", db_, second, "--format", "json"});
  ASSERT_EQ(made.status, 0) << made.err;
  EXPECT_EQ(json::parse(made.out)["population"], 100'003);
  EXPECT_EQ(run_tagline({"verify", "--db", second}).status, 0);
  EXPECT_EQ(run_tagline({"backup", "--db", db_, second}).status, 1);
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait(), 0);
}

// How far the load came is the machine's matter; that it is either whole or named is not.
TEST_F(Serve, ToldTwiceToEndItNamesTheLoadsItDrops) {
  const std::string log = folder_.path("log");
  RunningTagline server({"serve", "--db", db_, "--listen", "127.0.0.1:0", "--shutdown-time", "60",
                         "--log-format", "json"},
                        log);
  const std::string url = server.line();
  std::string users = "id,city,vip\n";
  for (int i = 0; i < 400'000; ++i) {
    users += "n" + std::to_string(i) + ",c,no\n";
  }
  std::thread client([&] { static_cast<void>(post(url, "/v1/load?name=big.csv", users)); });
  json jobs = json::array();
  while (jobs.empty()) {
    jobs = body_of(get(url, "/v1/jobs"))["jobs"];
  }
  server.signal(SIGTERM);
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait(), 0);
  client.join();
  std::stringstream text;
  text << std::ifstream(log).rdbuf();
  std::vector<json> dropped;
  for (const json& line : log_lines(text.str())) {
    if (line["event"] == "load-dropped") {
      dropped.push_back(line);
    }
  }
  const Outcome counted = run_tagline({"query", "--db", db_, "city:c", "--format", "json"});
  if (counted.status == 0) {
    EXPECT_EQ(json::parse(counted.out)["count"], 400'000) << "all or nothing";
    EXPECT_TRUE(dropped.empty());
  } else {
    ASSERT_EQ(dropped.size(), 1U) << text.str();
    EXPECT_EQ(dropped[0]["id"], jobs[0]["id"]);
    EXPECT_EQ(dropped[0]["name"], "big.csv");
    EXPECT_EQ(dropped[0]["level"], "warning");
  }
  EXPECT_EQ(run_tagline({"verify", "--db", db_}).status, 0);
}

TEST_F(Serve, KilledInALoadItLeavesNothingHalfDone) {
  RunningTagline server({"serve", "--db", db_, "--listen", "127.0.0.1:0"});
  const std::string url = server.line();
  // The body never ends, so there is a file of it.
  const auto port = static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  const std::string begin =
      "POST /v1/load HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/csv\r\nExpect: "
      "100-continue\r\n"
      "Content-Length: 100\r\n\r\n";
  ASSERT_EQ(::send(socket, begin.data(), begin.size(), 0), static_cast<ssize_t>(begin.size()));
  char bytes[64];
  ASSERT_GT(::recv(socket, bytes, sizeof(bytes), 0), 0);  // 100 Continue: the file is there
  const std::filesystem::path incoming = std::filesystem::path(db_) / "incoming";
  EXPECT_FALSE(std::filesystem::is_empty(incoming));
  server.signal(SIGKILL);
  EXPECT_EQ(server.wait(), 128 + SIGKILL);
  ::close(socket);
  RunningTagline next({"serve", "--db", db_, "--listen", "127.0.0.1:0"});
  EXPECT_EQ(body_of(get(next.line(), "/v1/status"))["population"], 3);
  EXPECT_TRUE(std::filesystem::is_empty(incoming));
}

TEST_F(Serve, TellsTheServiceManagerThatItIsReady) {
  const std::string path = folder_.path("notify");
  const int socket = ::socket(AF_UNIX, SOCK_DGRAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  ASSERT_LT(path.size(), sizeof(address.sun_path));
  std::copy(path.begin(), path.end(), address.sun_path);
  ASSERT_EQ(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
  RunningTagline server({"serve", "--db", db_, "--listen", "127.0.0.1:0"});
  ::unsetenv("NOTIFY_SOCKET");
  char bytes[64] = {};
  EXPECT_EQ(::recv(socket, bytes, sizeof(bytes), 0), 7);
  EXPECT_STREQ(bytes, "READY=1");
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait(), 0);
  EXPECT_EQ(std::string(bytes, static_cast<std::size_t>(::recv(socket, bytes, 64, 0))),
            "STOPPING=1");
  ::close(socket);
}

}  // namespace
}  // namespace tagline::tests
