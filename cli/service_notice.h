// service_notice: tells systemd how the service stands, over the socket that NOTIFY_SOCKET names.
#pragma once

#include <string_view>

namespace tagline::cli {

/// "READY=1", "STOPPING=1". Nothing happens when nobody asked for it.
void service_notice(std::string_view state);

}  // namespace tagline::cli
