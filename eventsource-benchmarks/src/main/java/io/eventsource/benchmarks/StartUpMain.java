package io.eventsource.benchmarks;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * A JVM of {@link StartUpRow}: starts an application, says that it is ready, answers each byte of its input with the memory
 * that is resident, in kB, and with what a collection leaves of the heap, in bytes, and stops when its input ends. Uses
 * nothing that an application does not have anyway.
 */
final class StartUpMain {

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String RESIDENT = "VmRSS:";

    private StartUpMain() {}

    /**
     * Starts the application.
     *
     * @param arguments the name of its class, and arguments of its own
     */
    public static void main(String[] arguments) throws Exception {
        try (ConfigurableApplicationContext context =
                SpringApplication.run(Class.forName(arguments[0]), without(arguments))) {
            // the pool connects when it is first asked, which any application does and an empty one does not
            try (Connection connection = context.getBean(DataSource.class).getConnection()) {
                System.out.println(connection.isValid(0) ? "ready" : "not connected");
            }
            while (System.in.read() >= 0) {
                System.out.println(resident());
                System.gc();
                System.out.println(
                        ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
            }
        }
    }

    private static String[] without(String[] arguments) {
        return Stream.of(arguments).skip(1).toArray(String[]::new);
    }

    /** What is resident, in kB, 0 where the system does not say so. */
    private static long resident() throws IOException {
        if (!Files.isReadable(STATUS)) {
            return 0;
        }
        return Files.readAllLines(STATUS).stream()
                .filter(line -> line.startsWith(RESIDENT))
                .map(line -> line.substring(RESIDENT.length()).replace("kB", "").strip())
                .mapToLong(Long::parseLong)
                .findFirst()
                .orElse(0);
    }
}
