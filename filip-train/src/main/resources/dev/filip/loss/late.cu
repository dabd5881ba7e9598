// FILIP's loss on a GPU without a block of similarities in memory: each pair of an image and a text
// is multiplied by the tensor cores and reduced to maxima and winners at once; gradients are sums of
// the rows that winners name. Compiled at run time by NVRTC for sm_80 or later with
//   INDEX  unsigned char or unsigned short: a winner
//   HALF   0 for bf16 features, 1 for fp16
// The test compiles the same text as C++ and runs its threads one after the other.
//
// Features are 16 bits, rows of d, a multiple of 16. No header is included: NVRTC needs none.

#define WARPS 4
#define LANES 32
#define OWN_TOKENS 64
#define EVERYONE 0xffffffffu
#define LEAST __int_as_float(0xff800000)

extern __shared__ float shared[];

// Two neighbouring features as the tensor cores take them; 0 where there is no such row.
__device__ static unsigned features(const unsigned short* row, int at, bool there) {
  return there ? *reinterpret_cast<const unsigned*>(row + at) : 0u;
}

// Sums 16 x 16 times 16 x 8, a row and a column major, spread over a warp as PTX says of
// mma.m16n8k16.
__device__ static void product(float* c, const unsigned* a, const unsigned* b) {
#ifdef TWIN
  twin_product(c, a, b, HALF);
#elif HALF
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, "
      "{%0,%1,%2,%3};"
      : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
#else
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, "
      "{%0,%1,%2,%3};"
      : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
#endif
}

__device__ static float number(unsigned short feature) {
#ifdef TWIN
  return twin_number(feature, HALF);
#elif HALF
  float wide;
  asm("cvt.f32.f16 %0, %1;" : "=f"(wide) : "h"(feature));
  return wide;
#else
  return __uint_as_float(static_cast<unsigned>(feature) << 16);
#endif
}

// The larger of two, of equals the one that comes first.
__device__ static void larger(float& value, int& at, float other, int otherAt) {
  if (other > value || (other == value && otherAt < at)) {
    value = other;
    at = otherAt;
  }
}

__device__ static float warpSum(float value) {
  for (int off = LANES / 2; off > 0; off /= 2) {
    value += __shfl_xor_sync(EVERYONE, value, off);
  }
  return value;
}

// A block of WARPS x LANES threads for each pair: grid (b, B). Shared memory: 2 WARPS (m + 1) x 4 bytes.
// words [b,n,B], patches [b,B,m], sImage and sText [b,B]; length [B].
extern "C" __global__ void late_maxima(
    const unsigned short* x, const unsigned short* y, const long long* length, int texts, int n,
    int m, int d, INDEX* words, INDEX* patches, float* sImage, float* sText) {
  const long long i = blockIdx.x;
  const long long j = blockIdx.y;
  const int lane = threadIdx.x % LANES;
  const int warp = threadIdx.x / LANES;
  const int group = lane / 4;
  const int place = lane % 4;
  const int end = static_cast<int>(length[j]);
  const unsigned short* image = x + i * n * d;
  const unsigned short* text = y + j * m * d;
  float* best = shared;
  int* at = reinterpret_cast<int*>(shared + WARPS * m);
  float* part = shared + 2 * WARPS * m;
  for (int k = threadIdx.x; k < WARPS * m; k += WARPS * LANES) {
    best[k] = LEAST;
    at[k] = 0;
  }
  __syncthreads();
  float rows = 0;
  for (int from = warp * 16; from < n; from += WARPS * 16) {
    const int row[2] = {from + group, from + group + 8};
    float top[2] = {LEAST, LEAST};
    int word[2] = {0, 0};
    for (int first = 0; first < end; first += 8) {
      const int own = first + group;
      float c[4] = {0, 0, 0, 0};
      for (int k = 2 * place; k < d; k += 16) {
        const unsigned a[4] = {
            features(image + static_cast<long long>(row[0]) * d, k, row[0] < n),
            features(image + static_cast<long long>(row[1]) * d, k, row[1] < n),
            features(image + static_cast<long long>(row[0]) * d, k + 8, row[0] < n),
            features(image + static_cast<long long>(row[1]) * d, k + 8, row[1] < n)};
        const unsigned b[2] = {
            features(text + static_cast<long long>(own) * d, k, own < end),
            features(text + static_cast<long long>(own) * d, k + 8, own < end)};
        product(c, a, b);
      }
      for (int e = 0; e < 2; e++) {
        const int column = first + 2 * place + e;
        float value = LEAST;
        int patch = 0x7fffffff;
        for (int h = 0; h < 2; h++) {
          if (column < end && c[2 * h + e] > top[h]) {
            top[h] = c[2 * h + e];
            word[h] = column;
          }
          if (row[h] < n) {
            larger(value, patch, c[2 * h + e], row[h]);
          }
        }
        for (int off = 4; off < LANES; off *= 2) {
          const float other = __shfl_xor_sync(EVERYONE, value, off);
          const int otherPatch = __shfl_xor_sync(EVERYONE, patch, off);
          larger(value, patch, other, otherPatch);
        }
        if (group == 0 && column < end && value > best[warp * m + column]) {
          best[warp * m + column] = value;
          at[warp * m + column] = patch;
        }
      }
    }
    for (int h = 0; h < 2; h++) {
      for (int off = 1; off < 4; off *= 2) {
        const float other = __shfl_xor_sync(EVERYONE, top[h], off);
        const int otherWord = __shfl_xor_sync(EVERYONE, word[h], off);
        larger(top[h], word[h], other, otherWord);
      }
      if (place == 0 && row[h] < n) {
        words[(i * n + row[h]) * texts + j] = static_cast<INDEX>(word[h]);
        rows += top[h];
      }
    }
  }
  rows = warpSum(rows);
  __syncthreads();
  float columns = 0;
  for (int column = threadIdx.x; column < m; column += WARPS * LANES) {
    float value = best[column];
    int patch = at[column];
    for (int w = 1; w < WARPS; w++) {
      larger(value, patch, best[w * m + column], at[w * m + column]);
    }
    patches[(i * texts + j) * m + column] = static_cast<INDEX>(column < end ? patch : 0);
    columns += column < end ? value : 0;
  }
  columns = warpSum(columns);
  if (lane == 0) {
    part[warp] = rows;
    part[WARPS + warp] = columns;
  }
  __syncthreads();
  if (threadIdx.x == 0) {
    float ofRows = 0;
    float ofColumns = 0;
    for (int w = 0; w < WARPS; w++) {
      ofRows += part[w];
      ofColumns += part[WARPS + w];
    }
    sImage[i * texts + j] = ofRows / n;
    sText[i * texts + j] = ofColumns / end;
  }
}

// The gradient of one side, added up in one order whatever the timing: grid (items of the side,
// parts of d, parts of OWN_TOKENS tokens), a thread for each feature. Shared memory: OWN_TOKENS x
// threads x 4 bytes. TEXTS: whether the side is the texts'.
template <bool TEXTS>
__device__ static void gradient(
    const unsigned short* others, const long long* length, int images, int texts, int n, int m,
    int d, const INDEX* words, const INDEX* patches, const float* dsImage, const float* dsText,
    float* out) {
  const long long own = blockIdx.x;
  const int feature = blockIdx.y * blockDim.x + threadIdx.x;
  const int from = blockIdx.z * OWN_TOKENS;
  const int ownTokens = TEXTS ? m : n;
  const int ownEnd = TEXTS ? static_cast<int>(length[own]) : n;
  const int tokens = ownTokens - from < OWN_TOKENS ? ownTokens - from : OWN_TOKENS;
  if (feature >= d) {
    return;
  }
  for (int p = 0; p < tokens; p++) {
    shared[p * blockDim.x + threadIdx.x] = 0;
  }
  for (long long other = 0; other < (TEXTS ? images : texts); other++) {
    const long long i = TEXTS ? other : own;
    const long long j = TEXTS ? own : other;
    const int end = static_cast<int>(length[j]);
    const float ofImage = dsImage[i * texts + j] / n;
    const float ofText = dsText[i * texts + j] / end;
    const int otherTokens = TEXTS ? n : m;
    const unsigned short* rows = others + other * otherTokens * d + feature;
    for (int p = 0; p < tokens && from + p < ownEnd; p++) {
      const long long named =
          TEXTS ? patches[(i * texts + j) * m + from + p] : words[(i * n + from + p) * texts + j];
      shared[p * blockDim.x + threadIdx.x] += (TEXTS ? ofText : ofImage) * number(rows[named * d]);
    }
    for (int q = 0; q < (TEXTS ? n : end); q++) {
      const int named =
          (TEXTS ? words[(i * n + q) * texts + j] : patches[(i * texts + j) * m + q]) - from;
      if (named >= 0 && named < tokens) {
        shared[named * blockDim.x + threadIdx.x] +=
            (TEXTS ? ofImage : ofText) * number(rows[static_cast<long long>(q) * d]);
      }
    }
  }
  for (int p = 0; p < tokens; p++) {
    out[(own * ownTokens + from + p) * d + feature] = shared[p * blockDim.x + threadIdx.x];
  }
}

// Of the images, [b,n,d]; y are the texts' features.
extern "C" __global__ void late_gradient_images(
    const unsigned short* y, const long long* length, int images, int texts, int n, int m, int d,
    const INDEX* words, const INDEX* patches, const float* dsImage, const float* dsText,
    float* out) {
  gradient<false>(y, length, images, texts, n, m, d, words, patches, dsImage, dsText, out);
}

// Of the texts, [B,m,d], 0 beyond their ends; x are the images' features.
extern "C" __global__ void late_gradient_texts(
    const unsigned short* x, const long long* length, int images, int texts, int n, int m, int d,
    const INDEX* words, const INDEX* patches, const float* dsImage, const float* dsText,
    float* out) {
  gradient<true>(x, length, images, texts, n, m, d, words, patches, dsImage, dsText, out);
}
