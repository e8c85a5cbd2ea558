# libheif as the fuzzers see it: watched for coverage and for what the address sanitizer finds.
include(${CMAKE_CURRENT_LIST_DIR}/../scripts/libheif.cmake)
set(CMAKE_C_COMPILER clang)
set(CMAKE_CXX_COMPILER clang++)
add_compile_options(-fsanitize=fuzzer-no-link,address -fno-omit-frame-pointer)
