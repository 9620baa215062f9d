package io.eventsource.autoconfigure.shutdown;

import static org.awaitility.Awaitility.await;

import io.eventsource.autoconfigure.restart.RestartedApplication;
import io.micrometer.core.instrument.Metrics;
import java.io.File;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.lang.reflect.Field;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.FutureTask;

/**
 * A JVM in which an application is started and closed several times, each time by a class loader that is thrown away. Ends with a
 * failure when a run leaves anything behind. Arguments: prefixes of the classes that are thrown away, separated by commas; URL, user and
 * password of the database; Spring's.
 */
final class RestartProbe {

    private static final int ROUNDS = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private RestartProbe() {}

    /** Loads classes of some packages itself, although its parent has them too. */
    private static final class ThrowAwayClassLoader extends URLClassLoader {

        private final List<String> own;

        ThrowAwayClassLoader(List<String> own) throws MalformedURLException {
            super(classPath(), RestartProbe.class.getClassLoader());
            this.own = own;
        }

        private static URL[] classPath() throws MalformedURLException {
            List<URL> urls = new ArrayList<>();
            for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
                urls.add(new File(entry).toURI().toURL());
            }
            return urls.toArray(URL[]::new);
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (own.stream().noneMatch(name::startsWith)) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded == null ? findClass(name) : loaded;
            }
        }
    }

    /** What a JVM has besides objects. */
    private record Belongings(Set<Thread> threads, Set<String> hooks, Set<Object> managed, int registries) {

        static Belongings present() throws ReflectiveOperationException {
            Field hooks = Class.forName("java.lang.ApplicationShutdownHooks").getDeclaredField("hooks");
            hooks.setAccessible(true);
            Set<String> names = new HashSet<>();
            ((Map<?, ?>) hooks.get(null)).keySet().forEach(hook -> names.add(String.valueOf(hook)));
            return new Belongings(
                    Thread.getAllStackTraces().keySet(),
                    names,
                    Set.copyOf(ManagementFactory.getPlatformMBeanServer().queryNames(null, null)),
                    Metrics.globalRegistry.getRegistries().size());
        }
    }

    public static void main(String[] arguments) throws Exception {
        List<String> own = Arrays.asList(arguments[0].split(",", -1));
        String[] forSpring = Arrays.copyOfRange(arguments, 4, arguments.length);
        try (Connection database = DriverManager.getConnection(arguments[1], arguments[2], arguments[3])) {
            // what JDK, driver and Boot make once for the JVM and keep, with the context class loader of whoever comes
            // first
            RestartedApplication.main(forSpring);
            Belongings before = Belongings.present();
            for (int round = 0; round < ROUNDS; round++) {
                WeakReference<ClassLoader> classLoader = run(own, forSpring);
                await().pollInSameThread().atMost(PATIENCE).untilAsserted(() -> requireNothingLeft(before, database));
                linkAnotherRecord();
                requireGone(classLoader);
            }
        }
        System.out.println("Nothing was left behind");
    }

    /** Loaded anew each time. */
    public record Another(int value) {}

    /**
     * The JDK remembers the record whose equals was linked last, by a cache in java.lang.runtime.ObjectMethods, and with it the class loader. That
     * is one at most, and nothing of the application: put another one in its place.
     */
    private static void linkAnotherRecord() throws Exception {
        try (ThrowAwayClassLoader classLoader = new ThrowAwayClassLoader(List.of(Another.class.getName()))) {
            var constructor = classLoader.loadClass(Another.class.getName()).getDeclaredConstructor(int.class);
            constructor.setAccessible(true);
            require(constructor.newInstance(1).equals(constructor.newInstance(1)), "equality", "none");
        }
    }

    /** In a thread of its own, so that nothing stays with that of the caller. */
    private static WeakReference<ClassLoader> run(List<String> own, String[] arguments) throws Exception {
        try (ThrowAwayClassLoader classLoader = new ThrowAwayClassLoader(own)) {
            FutureTask<Object> application = new FutureTask<>(() -> classLoader
                    .loadClass(RestartedApplication.class.getName())
                    .getMethod("main", String[].class)
                    .invoke(null, (Object) arguments));
            Thread thread = new Thread(application, "restartedMain");
            thread.setContextClassLoader(classLoader);
            thread.start();
            application.get();
            thread.join();
            return new WeakReference<>(classLoader);
        }
    }

    private static void requireNothingLeft(Belongings before, Connection database)
            throws ReflectiveOperationException, SQLException {
        Belongings after = Belongings.present();
        Set<Thread> threads = new HashSet<>(after.threads());
        threads.removeAll(before.threads());
        require(threads.isEmpty(), "threads", threads);
        require(after.hooks().equals(before.hooks()), "shutdown hooks", after.hooks());
        require(after.managed().equals(before.managed()), "MBeans", after.managed());
        require(after.registries() == before.registries(), "meter registries", after.registries());
        try (Statement statement = database.createStatement();
                ResultSet others = statement.executeQuery(
                        """
                        SELECT count(*) FROM pg_stat_activity
                         WHERE datname = current_database() AND pid <> pg_backend_pid()""")) {
            others.next();
            require(others.getInt(1) == 0, "connections", others.getInt(1));
        }
    }

    private static void requireGone(WeakReference<ClassLoader> classLoader) {
        await().pollInSameThread().atMost(PATIENCE).untilAsserted(() -> {
            System.gc();
            require(classLoader.refersTo(null), "class loader", "reachable");
        });
    }

    private static void require(boolean met, String what, Object found) {
        if (!met) {
            throw new AssertionError("Left behind: %s: %s".formatted(what, found));
        }
    }
}
