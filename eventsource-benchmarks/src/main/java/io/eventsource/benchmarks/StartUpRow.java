package io.eventsource.benchmarks;

import com.zaxxer.hikari.HikariDataSource;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a starter adds to the start and to the memory of an application that has a connection pool and nothing else. Each
 * application is a new JVM, without options, with the class path that Maven would give it: the starter and what comes with it
 * stand beside Spring Boot's starter for JDBC and PostgreSQL's driver, and nothing of the others is there to be looked at. Every
 * application takes one connection, which fills its pool of ten. The tables are there from the warm-up on, so that a start
 * finds them, as it mostly does.
 *
 * @param name the row's name
 */
record StartUpRow(String name) implements Row {

    private static final Metric START = new Metric("start-up", "ms");
    private static final Metric PROCESSOR = new Metric("processor time of it", "ms");
    private static final Metric HEAP = new Metric("heap in use", "MB");
    private static final Metric RESIDENT = new Metric("resident", "MB");

    private static final String APPLICATION = "io.eventsource.benchmarks.empty.EmptyApplication";

    /** What Maven brings with {@code spring-boot-starter-jdbc} and the driver: beginnings of files' names. */
    private static final List<String> BASE = List.of(
            "HikariCP-",
            "commons-logging-",
            "eventsource-benchmarks",
            "jakarta.annotation-api-",
            "jspecify-",
            "jul-to-slf4j-",
            "log4j-api-",
            "log4j-to-slf4j-",
            "logback-",
            "micrometer-commons-",
            "micrometer-observation-",
            "postgresql-",
            "slf4j-api-",
            "snakeyaml-",
            "spring-aop-",
            "spring-beans-",
            "spring-boot-",
            "spring-context-",
            "spring-core-",
            "spring-expression-",
            "spring-jdbc-",
            "spring-tx-");

    private static final List<String> JACKSON = List.of("jackson-annotations-", "jackson-core-3", "jackson-databind-3");

    private static final List<String> EVENTSOURCE =
            List.of("context-propagation-", "eventsource-core", "eventsource-spring-boot-", "flyway-", "resilience4j-");

    private static final List<String> MODULITH =
            List.of("archunit-", "jcl-over-slf4j-", "jmolecules-events-", "jstereotype-", "spring-modulith-");

    /** Modulith makes its table when told to; the library does so by itself. */
    private static final String MODULITH_TABLE = "--spring.modulith.events.jdbc.schema-initialization.enabled=true";

    @Override
    public String description() {
        return "an application with a connection pool and nothing else starts in a new JVM, with a starter and without";
    }

    @Override
    public List<Entrant> entrants(Contenders contenders) throws IOException {
        ClassPath all = ClassPath.ofThisJvm(contenders.folder("start-up"));
        List<Path> base = all.only(List.of(BASE));
        List<Path> eventsource = all.only(List.of(BASE, JACKSON, EVENTSOURCE));
        List<Path> modulith = all.only(List.of(BASE, JACKSON, MODULITH));
        Database database = contenders.startUp();
        return List.of(
                entrant("eventsource", database, eventsource),
                entrant("Spring Modulith", database, modulith, MODULITH_TABLE),
                entrant("empty application", database, base));
    }

    private static Entrant entrant(String name, Database database, List<Path> classPath, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                classPath.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator)),
                StartUpMain.class.getName(),
                APPLICATION,
                "--spring.main.banner-mode=off"));
        Stream.of(arguments).forEach(command::add);
        return new Entrant(name, time -> measure(database.dataSource(), command, time));
    }

    private static Map<Metric, Double> measure(HikariDataSource pool, List<String> command, Duration time)
            throws Exception {
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("SPRING_DATASOURCE_URL", pool.getJdbcUrl());
        builder.environment().put("SPRING_DATASOURCE_USERNAME", pool.getUsername());
        builder.environment().put("SPRING_DATASOURCE_PASSWORD", pool.getPassword());
        long start = System.nanoTime();
        Process process = builder.start();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            if (!"ready".equals(lines.readLine())) {
                throw new IllegalStateException("An application did not start; its log says why");
            }
            double millis = (System.nanoTime() - start) / 1e6;
            double processorMillis =
                    process.info().totalCpuDuration().orElseThrow().toMillis();
            Thread.sleep(time.toMillis());
            process.getOutputStream().write('\n');
            process.getOutputStream().flush();
            long resident = Long.parseLong(lines.readLine());
            long heap = Long.parseLong(lines.readLine());
            process.getOutputStream().close();
            int status = process.waitFor();
            if (status != 0) {
                throw new IllegalStateException("An application ended with status " + status);
            }
            return measured(millis, processorMillis, resident, heap);
        } finally {
            process.destroyForcibly();
        }
    }

    private static Map<Metric, Double> measured(
            double millis, double processorMillis, long residentKilobytes, long heapBytes) {
        Map<Metric, Double> measured = new LinkedHashMap<>();
        measured.put(START, millis);
        measured.put(PROCESSOR, processorMillis);
        measured.put(HEAP, heapBytes / 1024.0 / 1024.0);
        if (residentKilobytes > 0) {
            measured.put(RESIDENT, residentKilobytes / 1024.0);
        }
        return measured;
    }
}
