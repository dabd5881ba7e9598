/**
 * Processes that train one model together: who they are, how they meet, what they sum and gather.
 * c10d's Gloo does the work for tensors in memory, NCCL for those on a GPU.
 */
@NullMarked
package dev.filip.distributed;

import org.jspecify.annotations.NullMarked;
