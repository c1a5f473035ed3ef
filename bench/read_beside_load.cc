// What a reader gets while another process loads: queries a second and their times, alone and
// beside the load, on one thread.
//   read_beside_load TAGLINE_PROGRAM DB FILE.csv EXPRESSION...
// DB is changed: give a copy.
#include "server/service.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fcntl.h>
#include <functional>
#include <set>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

double ms_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

/// Asks one expression after the other while `go_on`; prints what came of it. False: a query
/// failed.
bool ask(const char* name, tagline::server::Service& service,
         const std::vector<std::string>& expressions, const std::function<bool()>& go_on) {
  std::vector<double> times;
  std::set<std::uint64_t> versions;
  const Clock::time_point start = Clock::now();
  for (std::size_t i = 0; go_on(); ++i) {
    tagline::server::QueryRequest request;
    request.expression = expressions[i % expressions.size()];
    request.threads = 1;
    const Clock::time_point asked = Clock::now();
    const auto answer = service.query(request);
    times.push_back(ms_since(asked));
    if (!answer.has_value()) {
      std::fprintf(stderr, "no answer to %s\n", request.expression.c_str());
      return false;
    }
    versions.insert(answer->version);
  }
  const double seconds = ms_since(start) / 1e3;
  if (times.empty()) {
    return true;
  }
  std::sort(times.begin(), times.end());
  const auto at = [&](double share) {
    return times[static_cast<std::size_t>(share * static_cast<double>(times.size() - 1))];
  };
  std::printf(
      "%-12s %7.1f s %9.0f queries/s   median %.3f ms   p99 %.3f ms   longest %.3f ms   %zu states "
      "seen\n",
      name, seconds, static_cast<double>(times.size()) / seconds, at(0.5), at(0.99), times.back(),
      versions.size());
  return true;
}

pid_t start_load(const char* program, const char* db, const char* file) {
  const pid_t child = fork();
  if (child == 0) {
    const int nowhere = open("/dev/null", O_RDWR);
    dup2(nowhere, STDOUT_FILENO);
    dup2(nowhere, STDERR_FILENO);
    execl(program, program, "load", "--db", db, file, nullptr);
    _exit(127);
  }
  return child;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) {
    std::fprintf(stderr, "read_beside_load TAGLINE_PROGRAM DB FILE.csv EXPRESSION...\n");
    return 2;
  }
  const std::vector<std::string> expressions(argv + 4, argv + argc);
  const pid_t load = start_load(argv[1], argv[2], argv[3]);
  int status = 0;
  bool ended = false;
  const auto service = tagline::server::Service::open(argv[2], tagline::storage::OpenOptions{});
  if (!service.has_value()) {
    std::fprintf(stderr, "%s\n", service.error().message().en.c_str());
    waitpid(load, &status, 0);
    return 1;
  }
  const bool beside = ask("beside load", **service, expressions, [&] {
    ended = ended || waitpid(load, &status, WNOHANG) == load;
    return !ended;
  });
  if (!ended) {
    waitpid(load, &status, 0);
  }
  const Clock::time_point alone = Clock::now();
  const bool after = ask("alone", **service, expressions, [&] { return ms_since(alone) < 5000; });
  std::printf("load ended with %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : -1);
  return beside && after && status == 0 ? 0 : 1;
}
