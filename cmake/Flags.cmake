# One interface target carries every flag; no folder sets its own.
add_library(tagline_flags INTERFACE)
add_library(tagline::flags ALIAS tagline_flags)

target_include_directories(tagline_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(tagline_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Wold-style-cast
  -Woverloaded-virtual -Wimplicit-fallthrough -Wswitch-enum)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 sees overlapping copies in every `"literal" + std::string` at -O2 (its bug 105651).
  target_compile_options(tagline_flags INTERFACE -Wno-restrict)
endif()
if(TAGLINE_WERROR)
  target_compile_options(tagline_flags INTERFACE -Werror)
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Debug")
  target_compile_definitions(tagline_flags INTERFACE _GLIBCXX_ASSERTIONS)
  if(NOT TAGLINE_SANITIZE)
    # At -O0 intrinsics are macros, whose own casts our warnings would stop at.
    target_compile_options(tagline_flags INTERFACE -Og)
  endif()
endif()

if(TAGLINE_SANITIZE)
  string(REPLACE ";" "," sanitizers "${TAGLINE_SANITIZE}")
  # -O1: at -O0 the property tests take minutes, and nothing is gained. -g1: reports need lines only, and a
  # build takes a quarter less time.
  target_compile_options(tagline_flags INTERFACE -fsanitize=${sanitizers} -fno-sanitize-recover=all
                                                 -fno-omit-frame-pointer
                                                 $<IF:$<BOOL:$<TARGET_PROPERTY:TAGLINE_QUICK_BUILD>>,-O0,-O1> -g1)
  target_link_options(tagline_flags INTERFACE -fsanitize=${sanitizers})
  if("address" IN_LIST TAGLINE_SANITIZE)
    # At a fixed address: a description of every global and check would have to be relocated at each start, 6.7 million
    # of them in the program, which took half a second of every test.
    target_compile_options(tagline_flags INTERFACE -fno-pie)
    target_link_options(tagline_flags INTERFACE -no-pie)
  endif()
  if("thread" IN_LIST TAGLINE_SANITIZE AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Its own loads and stores hide from g++ 12 that an optional was asked for its value first. And Asio has fences,
    # which it does not know; what they order goes through a mutex as well.
    target_compile_options(tagline_flags INTERFACE -Wno-maybe-uninitialized -Wno-tsan)
  endif()
  # Functions chosen at load time (ifunc) run before the sanitizers are ready: kernels keep one version.
  target_compile_definitions(tagline_flags INTERFACE TAGLINE_NO_CLONES)
endif()
if(TAGLINE_FUZZ)
  # Without this on the product code libFuzzer would see no coverage.
  target_compile_options(tagline_flags INTERFACE -fsanitize=fuzzer-no-link)
  target_compile_definitions(tagline_flags INTERFACE TAGLINE_NO_CLONES)
endif()

# tagline_quick_build(target): in sanitizer builds, without optimisation: a third less to compile. For what is no hot
# path: JSON, HTTP, the command line and their tests.
function(tagline_quick_build target)
  set_target_properties(${target} PROPERTIES TAGLINE_QUICK_BUILD ON)
endfunction()

# tagline_quick_test(target): a test that only asks the finished program or reads files; not optimised in any build.
function(tagline_quick_test target)
  tagline_quick_build(${target})
  target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O0>)
endfunction()
