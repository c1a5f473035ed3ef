#include "cli/counted.h"

#include "cli/console.h"

namespace tagline::cli {

std::string counted(std::uint64_t number, std::string_view thing) {
  return grouped(number) + " " + std::string(thing) + (number == 1 ? "" : "s");
}

std::string people_counted(std::uint64_t number) {
  return grouped(number) + (number == 1 ? " person" : " people");
}

}  // namespace tagline::cli
