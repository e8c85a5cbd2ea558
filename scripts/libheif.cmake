# What libheif may be built with, whatever else is installed: libde265 for HEIC and, where it is there, dav1d for AVIF. Its crate
# asks for all codecs that CMake finds; some are GPL (x264, x265), the others are untested code before strangers' files, and a binary
# that needs their libraries does not start elsewhere. Read as CMake's toolchain file, by .cargo/config.toml.
foreach(package IN ITEMS
        X265 X264 kvazaar UVG266 vvdec vvenc OpenH264 AOM SvtEnc RAV1E JPEG OpenJPEG OPENJPH FFMPEG libsharpyuv Brotli)
    set(CMAKE_DISABLE_FIND_PACKAGE_${package} TRUE)
endforeach()
