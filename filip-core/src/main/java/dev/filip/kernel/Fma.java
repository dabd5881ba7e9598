package dev.filip.kernel;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;

/**
 * Whether a fused multiply-add is one instruction here. Without it {@code FloatVector.fma} goes
 * through BigDecimal, a thousand times slower.
 */
final class Fma {
  private Fma() {}

  static boolean inHardware() {
    try {
      HotSpotDiagnosticMXBean bean =
          ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
      return bean != null && Boolean.parseBoolean(bean.getVMOption("UseFMA").getValue());
    } catch (IllegalArgumentException | LinkageError e) {
      return false; // another virtual machine: the scalar form is safe
    }
  }
}
