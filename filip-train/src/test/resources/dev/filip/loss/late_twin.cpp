// late.cu as C++: the threads of a block are fibres of one thread of the machine, which change at
// barriers, shuffles and products of a warp. Compiled with -DINDEX=... -DHALF=... and the folder of
// late.cu among the includes.
#include <cmath>
#include <cstdint>
#include <cstring>
#include <functional>
#include <ucontext.h>
#include <vector>

#define TWIN
#define __device__
#define __global__
#define __shared__

struct Three { unsigned x, y, z; };
static Three threadIdx, blockIdx, blockDim;
float shared[1 << 18];

static float __int_as_float(int bits) {
  float f;
  std::memcpy(&f, &bits, 4);
  return f;
}

struct Fibre {
  ucontext_t context;
  std::vector<char> stack;
  bool done;
  unsigned id;
};
static std::vector<Fibre> fibres;
static ucontext_t scheduler;
static Fibre* now;
static std::function<void()> body;

static void enter() {
  body();
  now->done = true;
}

// Where so many threads wait for each other.
struct Barrier {
  unsigned arrived;
  unsigned generation;

  void await(unsigned threads) {
    unsigned mine = generation;
    if (++arrived == threads) {
      arrived = 0;
      generation++;
    }
    while (generation == mine) {
      swapcontext(&now->context, &scheduler); // to the next thread
    }
  }
};
static Barrier ofBlock, ofWarp[32];

static void __syncthreads() { ofBlock.await(blockDim.x); }

static void turn() { ofWarp[now->id / 32].await(32); }

static uint32_t lanes[1024][2];

// All write before any reads, all have read before any writes again.
template <typename T> static T __shfl_xor_sync(unsigned, T value, int off) {
  unsigned id = now->id;
  std::memcpy(lanes[id], &value, sizeof(T));
  turn();
  T other;
  std::memcpy(&other, lanes[id ^ off], sizeof(T));
  turn();
  return other;
}

static float twin_number(unsigned short v, int half) {
  if (!half) {
    return __int_as_float(static_cast<int>(static_cast<uint32_t>(v) << 16));
  }
  int e = v >> 10 & 31;
  float f = e == 0 ? std::ldexp(static_cast<float>(v & 1023), -24)
                   : std::ldexp(static_cast<float>((v & 1023) + 1024), e - 25);
  return v >> 15 ? -f : f;
}

static unsigned aOf[1024][4], bOf[1024][2];

// PTX ISA, "Matrix Fragments for mma.m16n8k16": which register of which lane holds which element.
static void twin_product(float* c, const unsigned* a, const unsigned* b, int half) {
  unsigned id = now->id;
  std::memcpy(aOf[id], a, sizeof aOf[id]);
  std::memcpy(bOf[id], b, sizeof bOf[id]);
  turn();
  unsigned warp = id / 32 * 32;
  for (int e = 0; e < 4; e++) {
    int row = id % 32 / 4 + (e >= 2 ? 8 : 0);
    int column = id % 4 * 2 + e % 2;
    for (int k = 0; k < 16; k++) {
      // a_i: row group (+8 for i in 2,3,6,7), column 2 place + i%2 (+8 for i >= 4)
      int ai = k % 2 + (row >= 8 ? 2 : 0) + (k >= 8 ? 4 : 0);
      unsigned al = warp + row % 8 * 4 + k % 8 / 2;
      // b_i: row 2 place + i%2 (+8 for i >= 2), column group
      int bi = k % 2 + (k >= 8 ? 2 : 0);
      unsigned bl = warp + column * 4 + k % 8 / 2;
      unsigned short av = aOf[al][ai / 2] >> (ai % 2 * 16);
      unsigned short bv = bOf[bl][bi / 2] >> (bi % 2 * 16);
      c[e] += twin_number(av, half) * twin_number(bv, half);
    }
  }
  turn();
}

#include "late.cu"

static void block(unsigned threads) {
  fibres.assign(threads, Fibre());
  for (unsigned t = 0; t < threads; t++) {
    Fibre& f = fibres[t];
    f.id = t;
    f.done = false;
    f.stack.resize(64 << 10);
    getcontext(&f.context);
    f.context.uc_stack.ss_sp = f.stack.data();
    f.context.uc_stack.ss_size = f.stack.size();
    f.context.uc_link = &scheduler;
    makecontext(&f.context, enter, 0);
  }
  for (bool left = true; left;) {
    left = false;
    for (Fibre& f : fibres) {
      if (!f.done) {
        now = &f;
        threadIdx = {f.id, 0, 0};
        swapcontext(&scheduler, &f.context);
        left = left || !f.done;
      }
    }
  }
}

static void launch(unsigned gx, unsigned gy, unsigned gz, unsigned threads) {
  blockDim = {threads, 1, 1};
  for (unsigned z = 0; z < gz; z++) {
    for (unsigned y = 0; y < gy; y++) {
      for (unsigned x = 0; x < gx; x++) {
        blockIdx = {x, y, z};
        block(threads);
      }
    }
  }
}

extern "C" void twin_maxima(
    const unsigned short* x, const unsigned short* y, const long long* length, int images,
    int texts, int n, int m, int d, void* words, void* patches, float* sImage, float* sText) {
  body = [=] {
    late_maxima(x, y, length, texts, n, m, d, static_cast<INDEX*>(words),
                static_cast<INDEX*>(patches), sImage, sText);
  };
  launch(images, texts, 1, WARPS * LANES);
}

extern "C" void twin_gradient(
    int ofTexts, const unsigned short* others, const long long* length, int images, int texts,
    int n, int m, int d, const void* words, const void* patches, const float* dsImage,
    const float* dsText, float* out, int threads) {
  const INDEX* w = static_cast<const INDEX*>(words);
  const INDEX* p = static_cast<const INDEX*>(patches);
  body = [=] {
    (ofTexts ? late_gradient_texts : late_gradient_images)(
        others, length, images, texts, n, m, d, w, p, dsImage, dsText, out);
  };
  int tokens = ofTexts ? m : n;
  launch(ofTexts ? texts : images, (d + threads - 1) / threads,
         (tokens + OWN_TOKENS - 1) / OWN_TOKENS, threads);
}
