#include "tests/cli/program.h"

#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <sys/wait.h>
#include <unistd.h>

namespace tagline::tests {
namespace {

std::string slurp(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

[[noreturn]] void become(const std::vector<std::string>& arguments) {
  setenv("LC_ALL", "C.UTF-8", 1);
  ::signal(SIGINT, SIG_DFL);  // ignored in tests that run in the background, which is inherited
  std::vector<char*> argv;
  static std::string program = TAGLINE_PROGRAM;
  argv.push_back(program.data());
  std::vector<std::string> copies = arguments;
  for (std::string& argument : copies) {
    argv.push_back(argument.data());
  }
  argv.push_back(nullptr);
  execv(program.c_str(), argv.data());
  _exit(127);
}

// Into the program, its streams being these files.
[[noreturn]] void become(const std::vector<std::string>& arguments, const std::string& in,
                         const std::string& out, const std::string& err) {
  const auto redirect = [](const std::string& path, int flags, int descriptor) {
    const int file = open(path.c_str(), flags, 0600);
    dup2(file, descriptor);
    close(file);
  };
  redirect(in, O_RDONLY, STDIN_FILENO);
  redirect(out, O_WRONLY | O_CREAT | O_TRUNC, STDOUT_FILENO);
  redirect(err, O_WRONLY | O_CREAT | O_TRUNC, STDERR_FILENO);
  become(arguments);
}

int status_of(int state) {
  return WIFEXITED(state) ? WEXITSTATUS(state) : 128 + WTERMSIG(state);
}

}  // namespace

Outcome run_tagline(const std::vector<std::string>& arguments, const std::string& input,
                    const std::string& folder) {
  const TempFolder streams;
  const std::string in = streams.write("in", input);
  const std::string out = streams.path("out");
  const std::string err = streams.path("err");
  const pid_t child = fork();
  if (child == 0) {
    if (!folder.empty() && chdir(folder.c_str()) != 0) {
      _exit(127);
    }
    become(arguments, in, out, err);
  }
  int state = 0;
  waitpid(child, &state, 0);
  Outcome run;
  run.status = status_of(state);
  run.out = slurp(out);
  run.err = slurp(err);
  return run;
}

RunningTagline::RunningTagline(const std::vector<std::string>& arguments,
                               const std::string& errors) {
  int ends[2] = {-1, -1};
  if (pipe2(ends, O_CLOEXEC) != 0) {
    return;
  }
  child_ = fork();
  if (child_ == 0) {
    dup2(ends[1], STDOUT_FILENO);
    if (!errors.empty()) {
      dup2(open(errors.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), STDERR_FILENO);
    }
    become(arguments);
  }
  close(ends[1]);
  out_ = ends[0];
}

RunningTagline::~RunningTagline() {
  if (child_ > 0) {
    signal(SIGKILL);
    static_cast<void>(wait());
  }
  close(out_);
}

std::string RunningTagline::line() {
  std::string text;
  char next = 0;
  while (read(out_, &next, 1) == 1 && next != '\n') {
    text += next;
  }
  return text;
}

void RunningTagline::signal(int number) {
  kill(child_, number);
}

int RunningTagline::wait() {
  int state = 0;
  waitpid(child_, &state, 0);
  child_ = -1;
  return status_of(state);
}

TempFolder::TempFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "tagline-test-XXXXXX").string();
  folder_ = mkdtemp(name.data());
}

TempFolder::~TempFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::string TempFolder::write(const std::string& name, const std::string& content) const {
  std::ofstream(folder_ / name, std::ios::binary) << content;
  return path(name);
}

}  // namespace tagline::tests
