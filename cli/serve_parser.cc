#include "cli/serve_parser.h"

#include "cli/program_options.h"
#include "server/access/addresses.h"
#include "server/api/cors.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>

namespace tagline::cli {
namespace {

/// "sync" is 0, "interval=200" is 200.
std::optional<std::uint64_t> sync_ms_of(std::string_view text) {
  constexpr std::uint64_t kMost = 10'000;
  constexpr std::string_view kInterval = "interval=";
  if (text == "sync") {
    return 0;
  }
  if (text.substr(0, kInterval.size()) != kInterval) {
    return std::nullopt;
  }
  text.remove_prefix(kInterval.size());
  std::uint64_t ms = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), ms);
  const bool whole = problem == std::errc() && end == text.data() + text.size();
  return whole && ms >= 1 && ms <= kMost ? std::optional(ms) : std::nullopt;
}

/// "127.0.0.1:8080", "[::1]:8080", "localhost:8080", ":8080" (every address), "8080".
std::optional<std::pair<std::string, std::uint16_t>> endpoint_of(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  std::string_view port = text;
  std::string address = "127.0.0.1";
  if (colon != std::string_view::npos) {
    port = text.substr(colon + 1);
    address = text.substr(0, colon);
    if (address.size() >= 2 && address.front() == '[' && address.back() == ']') {
      address = address.substr(1, address.size() - 2);
    } else if (address.find(':') != std::string::npos) {
      return std::nullopt;  // where an IPv6 address ends and the port begins is not to be seen
    }
    if (address.empty()) {
      address = "0.0.0.0";
    } else if (server::same_text(address, "localhost")) {
      address = "127.0.0.1";  // whatever the system's files of hosts say (RFC 6761, 6.3)
    }
  }
  std::uint16_t number = 0;
  const auto [end, problem] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (problem != std::errc() || end != port.data() + port.size()) {
    return std::nullopt;
  }
  return std::pair(std::move(address), number);
}

constexpr unsigned kWorkersMax = 96;  // LMDB has 126 places for readers
constexpr std::uint64_t kCacheMax = std::uint64_t{1} << 20U;
constexpr std::uint64_t kHistoryMax = 10'000;
constexpr std::uint64_t kLoadMax = std::uint64_t{1} << 24U;
constexpr double kShutdownMax = 86'400;
constexpr std::uint64_t kSlowMax = 86'400'000;

}  // namespace

void ServeParser::add_to(CLI::App& app) {
  command_ = subcommand(app, "serve", say("answer over HTTP", "以 HTTP 提供服务"),
                        "tagline serve --db shop --listen 127.0.0.1:8080\n  curl "
                        "'http://127.0.0.1:8080/v1/count?q=vip'");
  add_db(command_, arguments_.db);
  const std::string wrong = say("not ADDRESS:PORT, e.g. 127.0.0.1:8080 or [::1]:8080: ",
                                "应为 地址:端口，例如 127.0.0.1:8080 或 [::1]:8080，而不是 ");
  command_
      ->add_option_function<std::string>(
          "--listen",
          [this](const std::string& text) {
            std::tie(arguments_.address, arguments_.port) = *endpoint_of(text);
          },
          say("where to listen: an address or localhost (default 127.0.0.1:8080); port 0 takes a "
              "free one",
              "监听地址，或 localhost（默认 127.0.0.1:8080）；端口 0 表示任取一个空闲端口"))
      ->check(CLI::Validator(
          [wrong](std::string& text) {
            return endpoint_of(text).has_value() ? std::string() : wrong + text;
          },
          ""))
      ->type_name("ADDRESS:PORT");
  command_
      ->add_option("--workers", arguments_.workers,
                   say("queries answered at a time (default: as many as there are cores)",
                       "同时处理的查询数（默认等于核心数）"))
      ->check(plain_number())
      ->check(in_range(1U, kWorkersMax))
      ->type_name("N");
  add_threads(command_, arguments_.threads, {"1", " 1"});
  add_limits(command_, arguments_.limits);
  command_
      ->add_option("--cache", arguments_.cache_mib,
                   say("MiB of answers kept for being asked again (default 64); 0 keeps none",
                       "保留已有答案所用的内存，MiB（默认 64）；0 表示不保留"))
      ->check(plain_number())
      ->check(in_range(std::uint64_t{0}, kCacheMax))
      ->type_name("MIB");
  add_access();
  command_
      ->add_option("--keep-history", arguments_.keep_days,
                   say("days for which the daily counts of segments and spreads of tags are kept "
                       "(default 400); 0: none are taken",
                       "每日人群人数与标签分布的保留天数（默认 400）；0 表示不记录"))
      ->check(plain_number())
      ->check(in_range(std::uint64_t{0}, kHistoryMax))
      ->type_name("DAYS");
  command_
      ->add_option("--load-size", arguments_.load_mib,
                   say("MiB that the body of a load may have (default 16384)",
                       "单次装载内容的上限，MiB（默认 16384）"))
      ->check(plain_number())
      ->check(in_range(std::uint64_t{1}, kLoadMax))
      ->type_name("MIB");
  command_
      ->add_option(
          "--shutdown-time", arguments_.shutdown_seconds,
          say("seconds that requests being answered and loads have at the end (default 10)",
              "关闭时留给处理中的请求和装载的秒数（默认 10）"))
      ->check(plain_number() & in_range(0.0, kShutdownMax))
      ->type_name("SECONDS");
  const std::string no_durability = say("neither sync nor interval= and 1 to 10000 milliseconds: ",
                                        "应为 sync，或 interval=毫秒数（1 到 10000），而不是 ");
  command_
      ->add_option_function<std::string>(
          "--durability",
          [this](const std::string& text) { arguments_.sync_ms = *sync_ms_of(text); },
          say("when a commit is on the disk: before it is acknowledged (sync, the default), or at "
              "most so many milliseconds later (interval=MS; the machine's end may then undo the "
              "newest one, the program's end nothing)",
              "提交何时落盘：确认之前（sync，默认），或最多延后若干毫秒（interval=MS；"
              "断电可能丢失最近一次提交，进程终止不会丢失）"))
      ->check(CLI::Validator(
          [no_durability](std::string& text) {
            return sync_ms_of(text).has_value() ? std::string() : no_durability + text;
          },
          ""))
      ->type_name("sync|interval=MS");
  add_logs();
  command_
      ->add_option("--kafka", arguments_.kafka_file,
                   say("consume topics of Kafka, each message once, as this JSON file says "
                       "(grammar-docs/kafka.md)",
                       "按此 JSON 文件消费 Kafka 主题，每条消息恰好一次（grammar-docs/kafka.md）"))
      ->type_name("FILE");
  command_
      ->add_option("--config", arguments_.config_file,
                   say("file of settings, one a line: workers = 4; the command line and TAGLINE_* "
                       "variables come before it",
                       "设置文件，每行一个：workers = 4；命令行和 TAGLINE_* 环境变量优先"))
      ->type_name("FILE");
  command_->add_flag(
      "--print-config", print_,
      say("print every setting and where it comes from, and end", "输出全部设置及其来源后退出"));
  command_->add_flag("--read-only", arguments_.read_only,
                     say("write nothing, so that another process may (tagline load)",
                         "不写入，让其他进程可以写入（tagline load）"));
}

void ServeParser::add_access() {
  server::AccessOptions& access = arguments_.access;
  command_->add_flag("--require-key", access.require_key,
                     say("ask for a key also on loopback while there are none (tagline key)",
                         "即使仅监听本机且尚无密钥，也要求提供密钥（tagline key）"));
  add_rate(command_, "--rate", access.rate,
           say("how often a key, or an address without one, may ask (default: any)",
               "每个密钥（或无密钥的地址）允许的请求频率（默认不限）"));
  const std::string no_floor = say("not a role, = and a number of people, e.g. viewer=10: ",
                                   "应为 角色=人数，例如 viewer=10，而不是 ");
  command_
      ->add_option_function<std::vector<std::string>>(
          "--privacy-floor",
          [&access](const std::vector<std::string>& texts) {
            access.floors.clear();
            for (const std::string& text : texts) {
              access.floors.push_back(*server::floor_of(text));
            }
          },
          say("tell callers of this role and below no counts of fewer people, and counts alone; "
              "may be repeated (default: none)",
              "对该角色及以下的调用者只提供人数，且不提供少于该人数的结果；可多次给出（默认无）"))
      ->check(CLI::Validator(
          [no_floor](std::string& text) {
            return server::floor_of(text).has_value() ? std::string() : no_floor + text;
          },
          ""))
      ->expected(1)
      ->take_all()
      ->type_name("ROLE=K");
  const std::string no_origin = say("not * or an origin such as https://dash.example.com: ",
                                    "应为 * 或来源，例如 https://dash.example.com，而不是 ");
  command_
      ->add_option("--cors", access.cors,
                   say("an origin whose pages may ask, or *; may be repeated (default: none)",
                       "允许访问的页面来源，或 *；可多次给出（默认无）"))
      ->check(CLI::Validator(
          [no_origin](std::string& text) {
            return server::is_origin(text) ? std::string() : no_origin + text;
          },
          ""))
      ->expected(1)
      ->take_all()
      ->type_name("ORIGIN");
  command_
      ->add_option("--host", access.hosts,
                   say("a name the server is called by besides localhost, where no key is needed; "
                       "may be repeated",
                       "无需密钥时，除 localhost 外允许使用的主机名；可多次给出"))
      ->expected(1)
      ->take_all()
      ->type_name("NAME");
  command_
      ->add_option("--audit", access.audit_file,
                   say("the log of writes and exports (default: audit.ndjson in the database)",
                       "写入与导出的审计日志（默认：数据库目录中的 audit.ndjson）"))
      ->type_name("FILE");
  CLI::Option* certificate = command_
                                 ->add_option("--tls-cert", arguments_.tls_certificate,
                                              say("serve https with this certificate chain (PEM)",
                                                  "以该证书链（PEM）提供 https"))
                                 ->type_name("FILE");
  CLI::Option* key = command_
                         ->add_option("--tls-key", arguments_.tls_key,
                                      say("the certificate's private key (PEM)", "证书私钥（PEM）"))
                         ->type_name("FILE");
  certificate->needs(key);
  key->needs(certificate);
}

void ServeParser::add_logs() {
  static const std::map<std::string, server::LogFormat> kLogFormats{
      {"json", server::LogFormat::Json}, {"text", server::LogFormat::Text}};
  static const std::map<std::string, server::LogLevel> kLevels{
      {"error", server::LogLevel::Error},
      {"warning", server::LogLevel::Warning},
      {"info", server::LogLevel::Info},
      {"debug", server::LogLevel::Debug}};
  const auto add = [this](const char* name, const auto& known, auto& into,
                          const std::string& description) {
    std::string names;
    for (const auto& each : known) {
      names += (names.empty() ? "" : "|") + each.first;
    }
    const std::string wrong = say("not one of " + names + ": ", "应为 " + names + "，而不是 ");
    command_
        ->add_option_function<std::string>(
            name, [&known, &into](const std::string& text) { into = known.at(text); }, description)
        ->check(CLI::Validator(
            [&known, wrong](std::string& text) {
              return known.count(text) > 0 ? std::string() : wrong + text;
            },
            ""))
        ->type_name(names);
  };
  add("--log-format", kLogFormats, arguments_.log_format,
      say("lines of the log on standard error (default text)",
          "标准错误上日志行的格式（默认 text）"));
  add("--log-level", kLevels, arguments_.log_level,
      say("the least that is logged (default info); debug shows what was asked",
          "记录的最低级别（默认 info）；debug 会记录请求内容"));
  command_
      ->add_option("--slow-ms", arguments_.slow_ms,
                   say("log what was asked when it took so long (default 1000); 0: never",
                       "耗时达到该毫秒数时记录请求内容（默认 1000）；0 表示不记录"))
      ->check(plain_number())
      ->check(in_range(std::uint64_t{0}, kSlowMax))
      ->type_name("MS");
}

Status ServeParser::add_settings(std::vector<std::string>& arguments) {
  // What stands before the command are options of the program.
  auto command = arguments.begin();
  while (command != arguments.end() && command->rfind("--", 0) == 0) {
    command += takes_next_word(*command) && command + 1 != arguments.end() ? 2 : 1;
  }
  if (command == arguments.end() || *command != command_->get_name() ||
      std::find(command, arguments.end(), "--help") != arguments.end() ||
      std::find(command, arguments.end(), "-h") != arguments.end()) {
    return {};
  }
  return settings_.add_to(arguments, *command_);
}

bool ServeParser::take(Arguments& arguments) const {
  if (!command_->parsed()) {
    return false;
  }
  arguments.command = arguments_;
  if (print_) {
    std::get<ServeArguments>(arguments.command).settings =
        settings_.text(*command_, {{"listen", "127.0.0.1:8080"},
                                   {"threads", "1"},
                                   {"timeout", "30"},
                                   {"memory", "256"},
                                   {"cache", "64"},
                                   {"load-size", "16384"},
                                   {"shutdown-time", "10"},
                                   {"durability", "sync"},
                                   {"log-format", "text"},
                                   {"log-level", "info"},
                                   {"slow-ms", "1000"}});
  }
  return true;
}

}  // namespace tagline::cli
