-- So many budget lines with money, posted like all money; and as many bare accounts.
create procedure bench_lines(p_region integer, p_year integer, p_lines integer, p_fen bigint)
language plpgsql as $$
begin
    for v_month in 1 .. 12 loop
        perform ledger.open_period(p_region, p_year, v_month, now(), 'bench');
    end loop;
    insert into ledger.budget_line (id, region, year, unit_id, is_procurement, code, name, function_code, function_name,
                                    economic_code, economic_name, project, fund_source, category_scope, note,
                                    created_at)
    overriding system value
    select n, p_region, p_year, 1 + n / 20, true, 'B' || n, 'line', '205', 'education', '30201', 'office', '', 'fiscal',
           '{}', '', now()
    from generate_series(1, p_lines) as n;
    for v_line in 1 .. p_lines loop
        perform ledger.post(p_region, p_year, 'budget', 'B' || v_line, 'appropriation', make_date(p_year, 1, 2), now(),
                            'bench', '', null, null, array[v_line, v_line, v_line, v_line]::bigint[],
                            array[1000, 1100, 5000, 5100]::smallint[], array['', '', '', ''],
                            array[p_fen, -p_fen, p_fen, -p_fen]);
    end loop;
    insert into raw.account select n, p_fen, 0 from generate_series(1, p_lines) as n;
end $$;
