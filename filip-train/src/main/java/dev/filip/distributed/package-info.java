/**
 * Processes that train one model together: who they are, how they meet, what they sum and gather.
 * c10d does the work (Gloo on CPU, NCCL on GPU).
 */
@NullMarked
package dev.filip.distributed;

import org.jspecify.annotations.NullMarked;
