# Completion of dateline(1) in bash.

_dateline()
{
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
    local command=${COMP_WORDS[1]} words
    local all='--help --version --json --color --socket'
    local question="$all --phrase --any --deadline-ms"

    if ((COMP_CWORD == 1)); then
        mapfile -t COMPREPLY < <(compgen -W \
            'search count show explain status help --help --version' -- "$word")
        return
    fi
    case $before in
    --color) words='auto always never' ;;
    --sort) words='relevance date' ;;
    --marks) words='auto brackets none' ;;
    --socket | -s)
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
        return
        ;;
    --limit | -n | --cursor | --phrase | -p | --deadline-ms) return ;;
    *)
        case $command in
        search) words="$question --hits --limit --sort --cursor --no-snippets --marks" ;;
        count) words="$question --hits" ;;
        explain) words=$question ;;
        show | status) words=$all ;;
        help) words='search count show explain status' ;;
        esac
        [[ $word == -* || $command == help ]] || return
        ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}

complete -F _dateline dateline
