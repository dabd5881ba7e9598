/** Both towers as ONNX graphs of standard operators, written without an ONNX library. */
@NullMarked
package dev.filip.onnx;

import org.jspecify.annotations.NullMarked;
