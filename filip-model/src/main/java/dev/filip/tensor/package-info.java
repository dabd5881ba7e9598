/**
 * libtorch at the edge: environment and natives, step scopes, precision, device, copies. No
 * operator wrappers.
 */
@NullMarked
package dev.filip.tensor;

import org.jspecify.annotations.NullMarked;
