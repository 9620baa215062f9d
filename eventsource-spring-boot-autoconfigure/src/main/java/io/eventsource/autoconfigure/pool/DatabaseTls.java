package io.eventsource.autoconfigure.pool;

import com.zaxxer.hikari.HikariConfigMXBean;
import com.zaxxer.hikari.HikariDataSource;
import io.eventsource.autoconfigure.pool.TlsSocketFactory.TlsSettings;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.jdbc.DataSourceUnwrapper;
import org.springframework.boot.ssl.NoSuchSslBundleException;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;

/**
 * Has Boot's HikariCP pool, and what is opened beside it, connect by a bundle of certificates. It knows the pool by the property that
 * {@link PoolDefaults} gives it. Anything else as the store's data source fails, since it would connect without the bundle.
 */
final class DatabaseTls implements BeanPostProcessor, DisposableBean {

    static final String PROPERTY = "eventsource.ssl.bundle";

    private final String bundle;
    private final ConfigurableListableBeanFactory beanFactory;
    private final ObjectProvider<SslBundles> bundles;
    private final List<TlsSocketFactory.Registration> registrations = new CopyOnWriteArrayList<>();

    DatabaseTls(String bundle, ConfigurableListableBeanFactory beanFactory, ObjectProvider<SslBundles> bundles) {
        this.bundle = bundle;
        this.beanFactory = beanFactory;
        this.bundles = bundles;
    }

    /** After the properties were bound and before the first connection. */
    @Override
    public Object postProcessBeforeInitialization(Object bean, String beanName) {
        if (bean instanceof HikariDataSource pool && isMeant(pool)) {
            secure(pool);
        }
        return bean;
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String beanName) {
        if (bean instanceof DataSource dataSource && StoreDataSources.isTheStores(beanFactory, beanName)) {
            HikariDataSource pool =
                    DataSourceUnwrapper.unwrap(dataSource, HikariConfigMXBean.class, HikariDataSource.class);
            if (pool == null || !isMeant(pool)) {
                throw unusable(
                        "It secures the HikariCP pool that Boot makes. '%s' is another data source, or has an sslfactory of its own: give it its certificates by its URL."
                                .formatted(beanName),
                        null);
            }
        }
        return bean;
    }

    private static boolean isMeant(HikariDataSource pool) {
        return TlsSocketFactory.class
                .getName()
                .equals(pool.getDataSourceProperties().getProperty("sslfactory"));
    }

    private void secure(HikariDataSource pool) {
        try {
            settings();
            registrations.add(TlsSocketFactory.register(
                    this::settings, Objects.requireNonNullElse(pool.getJdbcUrl(), ""), pool.getDataSourceProperties()));
        } catch (NoSuchSslBundleException unknown) {
            throw unusable(
                    "There is no such bundle under spring.ssl.bundle; there are %s."
                            .formatted(bundles.getObject().getBundleNames()),
                    unknown);
        } catch (IllegalArgumentException notUsed) {
            throw unusable(
                    notUsed.getMessage()
                            + ": see spring.datasource.url and spring.datasource.hikari.data-source-properties.",
                    notUsed);
        }
    }

    private InvalidConfigurationPropertyValueException unusable(String reason, @Nullable Throwable cause) {
        return new InvalidConfigurationPropertyValueException(PROPERTY, bundle, reason, cause);
    }

    /** As they are now: Boot reloads a bundle with {@code reload-on-update}. */
    private TlsSettings settings() {
        SslBundle present = bundles.getObject().getBundle(bundle);
        return new TlsSettings(
                present.createSslContext(),
                names(present.getOptions().getEnabledProtocols()),
                names(present.getOptions().getCiphers()));
    }

    private static List<String> names(String @Nullable [] names) {
        return names == null ? List.of() : Arrays.asList(names);
    }

    @Override
    public void destroy() {
        registrations.forEach(TlsSocketFactory.Registration::close);
    }
}
